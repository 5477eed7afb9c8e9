#!/bin/sh
# Makes a certificate authority for a test, and two certificates by it: of 127.0.0.1 and localhost, and of another host.
# Usage: make_certificates.sh FOLDER   (ca.pem, server.pem, server.key, other.pem, other.key; needs openssl)
set -eu

cd "${1:?usage: make_certificates.sh FOLDER}"
key="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
# shellcheck disable=SC2086 # lists of words
{
  openssl req -x509 $key -keyout ca.key -out ca.pem -days 2 -subj "/CN=Zoetrope test authority"
  for name in server other; do
    names=DNS:other.example
    [ $name = other ] || names=IP:127.0.0.1,DNS:localhost
    printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\n' "$names" >$name.ext
    openssl req $key -keyout $name.key -out $name.csr -subj "/CN=$name"
    openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile $name.ext -out $name.pem
  done
} >make_certificates.log 2>&1 || {
  cat make_certificates.log
  exit 1
}
