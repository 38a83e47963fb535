#!/bin/sh
# Installs the agent of Tenkai from this folder, without a network (AGENT-01, AGENT-05, MASTER-08):
#   sh install-agent.sh [--unassigned] [--background] [NAME=VALUE ...]
#   sh install-agent.sh --status
# Copies the package, checks it, installs it, waits until the agent is complete, and looks at it. Exit status: 0 the agent
# is complete, 1 it is not, 2 wrong use; of --status also 3: it is still at work. The marker
# /var/lib/tenkai-agent-install/result says "failed" from the beginning and "complete" at the very end, so that whatever
# kills this leaves a failed one; /var/log/tenkai-agent-install.log lists every step.
set -u

state=/var/lib/tenkai-agent-install
log=/var/log/tenkai-agent-install.log
limit=120
folder=$(cd "$(dirname "$0")" && pwd)
step=begin

case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in ja*) japanese=1 ;; *) japanese='' ;; esac
text() { if [ -n "$japanese" ]; then printf '%s\n' "$2"; else printf '%s\n' "$1"; fi; }
say() { text "$1" "$2"; printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" >>"$log"; }

# result DETAIL: as a whole or not at all.
result() {
  printf '{"state":"%s","step":"%s","detail":"%s","pid":%s,"at":"%s"}\n' \
    "$1" "$step" "$2" "$$" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$state/result.new"
  mv "$state/result.new" "$state/result"
}
begin() { step=$1; result failed 'not finished'; say "[$2/6] $1: $3" "[$2/6] $1: $4"; }
fail() { trap - EXIT; result failed "$3"; say "failed at $step: $1" "$step で失敗しました: $2"; exit 1; }

showStatus() {
  if [ ! -f "$state/result" ]; then text 'Nothing was installed from a folder here.' 'フォルダーからの導入はまだありません。'; exit 1; fi
  cat "$state/result"
  if grep -q '"state":"complete"' "$state/result"; then exit 0; fi
  # Whoever has the number now need not be this script.
  pid=$(sed -n 's/.*"pid":\([0-9]*\).*/\1/p' "$state/result")
  if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q install-agent.sh; then exit 3; fi
  exit 1
}

mustBeUnassigned=''
inBackground=''
properties=${TENKAI_AGENT_PROPERTIES-}
for word; do
  case $word in
  --status) showStatus ;;
  --unassigned) mustBeUnassigned=1 ;;
  --background) inBackground=1 ;;
  --wait) ;;
  [A-Za-z]*=*)
    # A value with blanks goes on in the quotes that properties have.
    case ${word#*=} in
    \"*\") ;;
    *[[:space:]]*) word="${word%%=*}=\"${word#*=}\"" ;;
    esac
    properties="$properties $word"
    ;;
  *)
    text "Unknown: $word. See the first lines of $0." "不明な指定: $word。$0 の先頭を参照してください。" >&2
    exit 2
    ;;
  esac
done

if [ "$(id -u)" != 0 ]; then
  text 'rights-missing: run this as root; nothing was changed.' 'rights-missing: root で実行してください。何も変更していません。' >&2
  exit 1
fi
if [ -n "$inBackground" ]; then
  for word; do
    shift
    [ "$word" = --background ] || set -- "$@" "$word"
  done
  setsid sh "$0" "$@" >/dev/null 2>&1 </dev/null &
  child=$!
  left=60
  # Whoever asks from now on must hear of this one, and not of an earlier one.
  while [ "$left" -gt 0 ] && kill -0 "$child" 2>/dev/null && ! grep -q "\"pid\":$child," "$state/result" 2>/dev/null; do
    sleep 1
    left=$((left - 1))
  done
  text "It works in the background: sh $0 --status" "バックグラウンドで実行中です: sh $0 --status"
  exit 0
fi
mkdir -p "$state"
exec 9>"$state/lock"
if ! flock -n 9; then
  text 'Another installation is at work; nothing was changed.' '別の導入が実行中です。何も変更していません。' >&2
  exit 1
fi
: >"$log"
trap 'fail "it was interrupted" "中断されました" interrupted' HUP INT TERM

# dpkg first: a Debian machine may have rpm beside it.
if command -v dpkg >/dev/null; then
  kind=deb
  architecture=$(dpkg --print-architecture)
  package=$(ls "$folder"/tenkai-agent_*_"$architecture".deb 2>/dev/null | sort -V | tail -n 1)
  present() { dpkg-query -W -f='${db:Status-Status}' tenkai-agent 2>/dev/null | grep -q '^installed'; }
  install() { dpkg --install "$1"; }
elif command -v rpm >/dev/null; then
  kind=rpm
  architecture=$(uname -m)
  package=$(ls "$folder"/tenkai-agent-*."$architecture".rpm 2>/dev/null | sort -V | tail -n 1)
  present() { rpm --quiet -q tenkai-agent; }
  install() { rpm -U --replacepkgs "$1"; }
else
  fail 'this system has neither dpkg nor rpm' 'dpkg も rpm もありません' no-package-manager
fi
if [ -z "$package" ]; then
  fail "there is no $kind for $architecture in $folder" "$folder に $architecture 用の $kind がありません" no-package
fi
name=$(basename "$package")
was=''
if present; then was=1; fi

begin copy 1 "$name to this machine" "$name をこのマシンへ"
mkdir -p "$state/source"
cp "$package" "$folder/SHA256SUMS" "$state/source/" || fail 'it could not be copied' 'コピーできません' not-copied

begin check 2 'the sum of the copy' 'コピーの検査'
if ! (cd "$state/source" && grep " $name\$" SHA256SUMS >own.sums && sha256sum -c own.sums) >>"$log" 2>&1; then
  fail "the copy of $name is not what SHA256SUMS names" "$name が SHA256SUMS と一致しません" sum-wrong
fi

network=none
for card in $(sed -n 's/^ *\([^:]*\):.*/\1/p' /proc/net/dev); do
  if [ "$card" != lo ] && [ "$(cat "/sys/class/net/$card/carrier" 2>/dev/null)" = 1 ]; then network=present; fi
done
begin network 3 "$network; an agent that was told nothing asks nobody" "$network。何も指定されていないエージェントはどこにも照会しません"

begin install 4 "$name with $kind" "$kind で $name を導入"
given=$properties
if [ -s /etc/tenkai-agent.properties ]; then given=file; fi
began=$(date +%s)
while ! TENKAI_AGENT_PROPERTIES=$properties install "$state/source/$name" >"$state/said" 2>&1 9>&-; do
  cat "$state/said" >>"$log"
  # A package manager that is at work is waited for.
  if ! grep -qi 'lock' "$state/said" || [ $(($(date +%s) - began)) -ge "$limit" ]; then
    tail -n 5 "$state/said" >&2
    fail "$kind has refused it" "$kind が拒否しました" package-refused
  fi
  sleep 1
done
cat "$state/said" >>"$log"

begin wait 5 'until the agent is complete' 'エージェントの完了待ち'
began=$(date +%s)
complete() {
  present || return 1
  tenkai-agent status --json >/dev/null 2>&1 9>&- || return 1
  [ ! -d /run/systemd/system ] || systemctl is-active --quiet tenkai-agent
}
while ! complete; do
  if [ $(($(date +%s) - began)) -ge "$limit" ]; then fail "it is not complete after $limit s" "$limit 秒で完了しません" not-complete; fi
  sleep 1
done

begin verify 6 'what the agent says of itself' 'エージェントの状態確認'
tenkai-agent status >>"$log" 2>&1 9>&-
if [ -n "$mustBeUnassigned" ] || { [ -z "$was" ] && [ -z "$given" ]; }; then
  if ! tenkai-agent verify --unassigned >"$state/said" 2>&1 9>&-; then
    cat "$state/said" >>"$log"
    cat "$state/said" >&2
    fail 'it is not as an installation without a site leaves it' 'サイトのない導入直後の状態ではありません' not-unassigned
  fi
  cat "$state/said" >>"$log"
fi
rm -rf "$state/source" "$state/said"
trap - EXIT
result complete "$name"
say 'complete' '完了しました'
