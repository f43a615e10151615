#!/usr/bin/env bash
# Builds a container image that can be a broker or a Connect worker, from files of this machine
# only: a JRE of its JDK, Kafka's jars, bash and a few tools with their libraries. It has what the
# public apache/kafka image has where the tests look: java on the path, /opt/kafka/libs and
# /etc/kafka/docker/run.
#
#   build-image.sh <folder of Kafka's jars> <image>
#
# Ends with 3, and the reason, where such an image can't be built.
set -euo pipefail

libs=$1
image=$2
here=$(cd "$(dirname "$0")" && pwd)

cannot() {
  echo "$*"
  exit 3
}

[[ $(uname -s) == Linux ]] || cannot "the image is made of this machine's own files, which takes Linux"
for tool in docker jlink ldd tar; do
  command -v "$tool" >/dev/null || cannot "there is no $tool"
done
java_home=$(dirname "$(dirname "$(readlink -f "$(command -v jlink)")")")
[[ -d $java_home/jmods ]] || cannot "the JDK in $java_home has no jmods folder, of which jlink makes a JRE"

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

mkdir -p "$root"/{etc/kafka/docker,opt/java,opt/kafka/config,opt/kafka/libs,tmp,usr/bin,usr/lib,var/lib}
chmod 1777 "$root/tmp"
# As Debian has it: programs and libraries are found in both places.
ln -s usr/bin "$root/bin"
ln -s usr/lib "$root/lib"
ln -s usr/lib "$root/lib64"

jlink --module-path "$java_home/jmods" --output "$root/opt/java/openjdk" \
  --add-modules java.se,jdk.crypto.ec,jdk.management,jdk.management.agent,jdk.unsupported,jdk.zipfs \
  --strip-debug --no-header-files --no-man-pages

tools=()
for tool in bash cat chmod env ls mkdir rm sleep; do
  tools+=("$(readlink -f "$(command -v "$tool")")")
  cp "${tools[-1]}" "$root/usr/bin/$tool"
done
ln -s bash "$root/usr/bin/sh"

# What a program asks for at run time is found by its name in the one library folder.
mapfile -t programs < <(find "$root/opt/java/openjdk" -type f \( -name '*.so' -o -path '*/bin/*' \))
{ ldd "${tools[@]}" "${programs[@]}" 2>/dev/null || true; } \
  | awk '/=> \// { print $3 } $1 ~ /^\// && $2 ~ /^\(/ { print $1 }' | sort -u \
  | while read -r library; do
    [[ $library == "$root"/* ]] || cp -nL "$library" "$root/usr/lib/$(basename "$library")"
  done

echo 'root:x:0:0:root:/root:/bin/bash' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
cp "$here/run" "$root/etc/kafka/docker/run"
chmod 755 "$root/etc/kafka/docker/run"
cp "$here/log4j2.properties" "$root/opt/kafka/config/"
cp "$libs"/*.jar "$root/opt/kafka/libs/"

tar -C "$root" --owner 0 --group 0 -c . | docker import \
  --change 'ENV PATH=/opt/java/openjdk/bin:/usr/bin' \
  --change 'ENV LANG=C.UTF-8' \
  --change 'CMD ["/etc/kafka/docker/run"]' \
  - "$image"
