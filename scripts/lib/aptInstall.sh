#!/bin/sh
# Installs Debian packages without letting their services start: aptInstall.sh 'sudo'|'' PACKAGE...
#
# Chat servers among the packages would otherwise come up with ports open to everyone. Debian asks
# policy-rc.d before it starts a service; 101 means no. What was there before is put back.
set -eu
become=$1
shift
exec $become env DEBIAN_FRONTEND=noninteractive sh -eu -c '
  policy=/usr/sbin/policy-rc.d
  kept=
  if [ -e "$policy" ]; then
    kept=$(mktemp)
    cp -p "$policy" "$kept"
  fi
  restore() {
    if [ -n "$kept" ]; then mv "$kept" "$policy"; else rm -f "$policy"; fi
  }
  trap restore EXIT
  trap "exit 130" INT TERM
  printf "#!/bin/sh\nexit 101\n" > "$policy"
  chmod 755 "$policy"
  apt-get update
  apt-get install --yes --no-install-recommends "$@"
' aptInstall "$@"
