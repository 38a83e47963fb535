/** Maintainer scripts (Debian Policy, chapter 6). `set -e`: a step that fails stops the package manager. */

const head = '#!/bin/sh\nset -e\n';
/** In a chroot without systemd there is nothing to reload or start. */
const hasSystemd = '[ -d /run/systemd/system ]';

export const serverScripts = {
  postinst: `${head}
if [ "$1" = configure ]; then
  getent group tenkai >/dev/null || groupadd --system tenkai
  getent passwd tenkai >/dev/null || useradd --system --gid tenkai --home-dir /var/lib/tenkai --no-create-home --shell /usr/sbin/nologin tenkai
  install -d -m 0700 -o tenkai -g tenkai /var/lib/tenkai
  if ${hasSystemd}; then
    systemctl daemon-reload
    systemctl enable tenkai-server.service
    systemctl restart tenkai-server.service
    echo 'The link for the first administrator is in: journalctl -u tenkai-server'
  fi
fi
`,
  prerm: `${head}
if [ "$1" = remove ] && ${hasSystemd}; then
  systemctl disable --now tenkai-server.service
fi
`,
  postrm: `${head}
if ${hasSystemd}; then systemctl daemon-reload; fi
if [ "$1" = purge ]; then
  rm -rf /var/lib/tenkai
fi
`,
} as const;

/**
 * An upgrade restarts the service only after the new files are in place; the engine of a run goes on meanwhile
 * with the files that it has open.
 */
export const agentScripts = {
  postinst: `${head}
if [ "$1" = configure ]; then
  install -d -m 0700 /var/lib/tenkai-agent
  if ${hasSystemd}; then
    systemctl daemon-reload
    systemctl enable tenkai-agent.service
    systemctl restart tenkai-agent.service
  fi
fi
`,
  prerm: `${head}
if [ "$1" = remove ] && ${hasSystemd}; then
  systemctl disable --now tenkai-agent.service
fi
`,
  postrm: `${head}
if ${hasSystemd}; then systemctl daemon-reload; fi
if [ "$1" = purge ]; then
  rm -rf /var/lib/tenkai-agent
fi
`,
} as const;
