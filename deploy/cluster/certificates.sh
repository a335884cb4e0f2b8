#!/bin/sh
# Makes what cluster.conf names, in the folder given, for the hosts given: two authorities (workers and hubs are handed
# server-ca.crt; route-ca.crt stays among the servers) and for each host a folder with its certificates and keys.
#   certificates.sh DIR HOST...
set -eu
umask 077
dir=$1; shift
mkdir -p "$dir"; cd "$dir"
for ca in server-ca route-ca; do
  [ -f $ca.key ] || openssl req -x509 -newkey ed25519 -nodes -days 3650 -subj "/CN=onair $ca" -keyout $ca.key -out $ca.crt 2>/dev/null
done
for host in "$@"; do
  mkdir -p "$host"
  case $host in *[!0-9.]*) name=DNS:$host ;; *) name=IP:$host ;; esac
  for what in server route; do
    openssl req -new -newkey ed25519 -nodes -subj "/CN=$host" -keyout "$host/$what.key" -out "$host/$what.csr" 2>/dev/null
    printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$name" > "$host/ext"
    openssl x509 -req -in "$host/$what.csr" -CA $what-ca.crt -CAkey $what-ca.key -CAcreateserial -days 825 -extfile "$host/ext" -out "$host/$what.crt" 2>/dev/null
    rm "$host/$what.csr" "$host/ext"
  done
  cp route-ca.crt "$host/"
done
