/** Exit status of the script where the package is not what was sent. */
export const damagedStatus = 90;
/** What stands before the first line for the script: sudo may have taken its password, or not. */
export const firstLine = 'tenkai-push';
/** Said when all has come, before anything is changed. */
export const arrivedLine = 'tenkai-push: the package has arrived';

/**
 * POSIX sh. The ticket comes on standard input and lies in a folder of root's own until the agent has taken it. The
 * package manager does not hang on the line: it writes into a file, which is shown when it has ended, so that it goes
 * on to its end also where ssh ends before.
 */
export const installScript = (file: string) => `exec 2>&1
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
umask 077
dir=$(mktemp -d /var/tmp/tenkai-push.XXXXXX) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 91' HUP INT TERM PIPE
line=
while [ "$line" != ${firstLine} ]; do IFS= read -r line || exit ${damagedStatus}; done
IFS= read -r ticket && IFS= read -r properties && IFS= read -r sum || exit ${damagedStatus}
printf '%s' "$ticket" >"$dir/ticket"
cat >"$dir/${file}"
echo "$sum  $dir/${file}" | sha256sum -c --status || { echo 'the package did not arrive whole'; exit ${damagedStatus}; }
echo '${arrivedLine}'
TENKAI_AGENT_PROPERTIES="$properties TICKET=$dir/ticket"
export TENKAI_AGENT_PROPERTIES
(
trap '' HUP
${file.endsWith('.deb') ? 'DEBIAN_FRONTEND=noninteractive dpkg --force-confdef --force-confold --install' : 'rpm -U --replacepkgs --oldpackage'} "$dir/${file}"
) </dev/null >"$dir/log" 2>&1
status=$?
cat "$dir/log"
exit $status
`;

/** A word for a shell. */
export const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
