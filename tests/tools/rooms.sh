#!/bin/sh
# Holds every #include to the rooms in rooms.txt: none goes down the list or out of the part of the tree that may be used, and no
# two files (a .c and its .h count as one) include each other, directly or round. Public headers include those of lower tiers, as
# README.md lists them. No source stands outside the rooms.
# Usage: rooms.sh SOURCE_DIR [report: circles are only reported]
set -eu

cd "${1:?usage: rooms.sh SOURCE_DIR}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# All folders but those of builds.
for top in *; do [ -e "$top/CMakeCache.txt" ] || echo "$top"; done >"$work/tops"
# FILE, alone for the file itself, then with what each #include names, in its quotes or brackets.
xargs -I{} find {} -name '*.[ch]' -o -name '*.cpp' <"$work/tops" | sort | xargs awk '
  FNR == 1 { print FILENAME }
  sub(/^[ \t]*#[ \t]*include[ \t]*/, "") {
    if (match($0, /^"[^"]*"|^<[^>]*>/)) $0 = substr($0, 1, RLENGTH)
    gsub(/[ \t]/, ""); print FILENAME, $0
  }' >"$work/includes"

awk -v circles="${2:-fail}" '
  function fail(text) { print text; bad = 1 }
  function folder(path) { return match(path, /^.*\//) ? substr(path, 1, RLENGTH - 1) : "." }
  function tree(path) { split(path, at, "/"); return at[1] }
  # The room of a file: its tree and the first folder there, or "." for files that stand outside.
  function room(path) { return tree(path) "/" (split(path, at, "/") > 2 ? at[2] : ".") }
  function unit(path) { sub(/\.(c|h|cpp)$/, "", path); return path }
  function exists(path) { if (!(path in there)) there[path] = (getline line < path) >= 0; close(path); return there[path] }
  # Where an include leads: the first of these folders that has it.
  function find(name, folders,    i, n, list) {
    n = split(folders, list, " ")
    for (i = 1; i <= n; i++) if (exists(list[i] "/" name)) return list[i] "/" name
    return ""
  }
  function private(file, name,    to, a, b) {
    if (name ~ /\.\./ || name !~ /\.h$/) { fail("not the path of a header below its tree: " file " -> " name); return }
    to = find(name, folder(file) " " tree(file) " " uses[tree(file)])
    if (to == "") { fail("nowhere: " file " -> " name); return }
    if (tree(file) == tree(to) && rank[room(to)] > rank[room(file)]) fail("upwards: " file " -> " to)
    a = unit(file); b = unit(to)
    if (a != b && !((a, b) in seen)) { seen[a, b] = 1; edges[a] = edges[a] " " b }
  }
  function public(file, name,    to) {
    to = find(name, "engine player tests")
    if (tree(file) != "include" && to != "") fail("a private header in <>: " file " -> " to)
    if (room(file) in without && index(name, without[room(file)]) == 1) fail("to do without: " file " -> " name)
    if (tree(file) == "include" && name ~ /^zoetrope\// && tier["include/" name] >= tier[file]) fail("not of a lower tier: " file " -> " name)
  }
  # Depth first; a unit that is met again while it is open closes a circle.
  function visit(u,    i, j, n, list, text) {
    state[u] = 1; path[++depth] = u
    n = split(edges[u], list, " ")
    for (i = 1; i <= n; i++) {
      if (state[list[i]] == 1) {
        text = ""
        for (j = depth; path[j] != list[i]; j--) text = " " path[j] text
        if (circles == "fail") fail("circle: " list[i] text); else print "circle: " list[i] text
      } else if (!state[list[i]]) visit(list[i])
    }
    state[u] = 2; depth--
  }
  BEGIN {
    # The player uses public headers only; tests may look into everything.
    uses["tests"] = "engine player"
    while ((getline line < "tests/tools/rooms.txt") > 0) {
      if (line !~ /^[a-z]+:/) continue
      n = split(line, word, /[: ]+/)
      if (word[1] == "without") without[word[2]] = word[3]
      else for (i = 2; i <= n; i++) rank[word[1] "/" word[i]] = i
    }
    while ((getline line < "README.md") > 0)
      if (match(line, /^\| [0-9-] \| `[a-z]+\.h` /)) {
        split(line, word, /[|` ]+/)
        tier["include/zoetrope/" word[3]] = word[2] == "-" ? 9 : word[2]
      }
  }
  NF == 1 {
    if (tree($1) == "include" ? !($1 in tier) : !rank[room($1)]) fail("in no room or tier: " $1)
    files[++count] = unit($1); next
  }
  $2 ~ /^"/ { private($1, substr($2, 2, length($2) - 2)); next }
  $2 ~ /^</ { public($1, substr($2, 2, length($2) - 2)); next }
  { fail("neither \"\" nor <>: " $1 " -> " $2) }
  END {
    for (i = 1; i <= count; i++) if (!state[files[i]]) visit(files[i])
    if (bad) exit 1
    print NR - count " includes in " count " files, all down"
  }' "$work/includes"
