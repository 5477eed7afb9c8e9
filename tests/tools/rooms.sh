#!/bin/sh
# Holds every #include "..." to the rooms in rooms.txt: none goes down the list or out of the part of the tree that may be used,
# and no two files (a .c and its .h count as one) include each other, directly or round.
# Usage: rooms.sh SOURCE_DIR [report: circles are only reported]
set -eu

cd "${1:?usage: rooms.sh SOURCE_DIR}"
rooms=tests/tools/rooms.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# FILE INCLUDED, one a line.
find engine player tests -name '*.[ch]' -o -name '*.cpp' | sort | xargs awk '
  match($0, /^[ \t]*#[ \t]*include[ \t]*"[^"]+"/) {
    name = $0; sub(/^[^"]*"/, "", name); sub(/".*/, "", name); print FILENAME, name
  }' >"$work/includes"

awk -v rooms="$rooms" -v circles="${2:-fail}" '
  function fail(text) { print text; bad = 1 }
  function folder(path) { return match(path, /^.*\//) ? substr(path, 1, RLENGTH - 1) : "." }
  # The room of a path below its tree: its first folder, or "." for files that stand outside.
  function room(path) { return split(path, at, "/") > 2 ? at[2] : "." }
  function tree(path) { split(path, at, "/"); return at[1] }
  function unit(path) { sub(/\.(c|h|cpp)$/, "", path); return path }
  function exists(path) { if (!(path in there)) there[path] = (getline line < path) >= 0; close(path); return there[path] }
  # Where an include leads: beside the file, in its own tree, or in one that it may use.
  function find(file, name,    t, i, n, places) {
    n = split(folder(file) " " tree(file) " " uses[tree(file)], places, " ")
    for (i = 1; i <= n; i++) if (exists(places[i] "/" name)) return places[i] "/" name
    return ""
  }
  # Depth first; a unit that is met again while it is open closes a circle.
  function visit(u,    i, n, list) {
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
    uses["engine"] = ""; uses["player"] = ""; uses["tests"] = "engine player"
    while ((getline line < rooms) > 0) {
      if (line !~ /^[a-z]+:/) continue
      n = split(line, word, /[: ]+/)
      for (i = 2; i <= n; i++) rank[word[1] "/" word[i]] = i
    }
  }
  {
    to = find($1, $2)
    if (to == "") { fail("nowhere: " $1 " -> " $2); next }
    from_room = tree($1) "/" room($1); to_room = tree(to) "/" room(to)
    if (!rank[from_room]) fail("no such room: " $1)
    else if (tree($1) == tree(to) && rank[to_room] > rank[from_room]) fail("upwards: " $1 " -> " to)
    a = unit($1); b = unit(to)
    if (a != b && !((a, b) in seen)) { seen[a, b] = 1; edges[a] = edges[a] " " b; units[a] = 1 }
  }
  END {
    for (u in units) if (!state[u]) visit(u)
    if (bad) exit 1
    print NR " includes, all down"
  }' "$work/includes"
