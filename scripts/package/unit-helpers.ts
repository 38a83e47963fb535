/**
 * The two package managers' frames around what is done. On Debian units go through deb-systemd-helper(1p) and
 * deb-systemd-invoke(1p): what an administrator disabled stays disabled and stopped over an upgrade (AGENT-37),
 * policy-rc.d is respected, and in a chroot nothing is started. An rpm has systemctl alone, to the same effect.
 */
export type Manager = 'deb' | 'rpm';

interface Frame {
  /** At the first installation enabled and started; at an upgrade restarted, where it runs or is enabled. */
  settle(unit: string): string;
  stop(unit: string): string;
  /** Lines that make systemd's own notes of it go. */
  forgetUnit(unit: string): string[];
  beforeInstall(body: string): string;
  afterInstall(body: string): string;
  beforeRemoval(body: string): string;
  afterRemoval(unit: string, body: string): string;
}

const head = '#!/bin/sh\nset -e\n';
/** rpm names the interpreter itself. */
const rpmHead = 'set -e\n';
const inCase = (condition: string, body: string) => `if ${condition}; then\n  ${body}\nfi\n`;

const deb: Frame = {
  settle: (unit) => `deb-systemd-helper unmask ${unit} >/dev/null || true
if deb-systemd-helper --quiet was-enabled ${unit}; then
  deb-systemd-helper enable ${unit} >/dev/null
else
  deb-systemd-helper update-state ${unit} >/dev/null
fi
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  if [ -n "$former" ]; then action=restart; else action=start; fi
  # A service that does not start says why in the journal; it must not leave the package half configured.
  deb-systemd-invoke $action ${unit} || true
fi`,
  stop: (unit) => `if [ -d /run/systemd/system ]; then deb-systemd-invoke stop ${unit}; fi`,
  forgetUnit: (unit) => [
    `deb-systemd-helper purge ${unit} >/dev/null || true`,
    `deb-systemd-helper unmask ${unit} >/dev/null || true`,
  ],
  beforeInstall: (body) => `${head}former=$2\n${inCase('[ "$1" = install ] || [ "$1" = upgrade ]', body)}`,
  afterInstall: (body) => `${head}former=$2\n${inCase('[ "$1" = configure ]', body)}`,
  beforeRemoval: (body) => `${head}${inCase('[ "$1" = remove ]', body)}`,
  afterRemoval: (unit, body) =>
    `${head}${inCase('[ "$1" = remove ] && [ -d /run/systemd/system ]', reload(unit))}${inCase('[ "$1" = purge ]', body)}`,
};

const reload = (unit: string) =>
  `systemctl daemon-reload\n  systemctl reset-failed ${unit} 2>/dev/null || true`;

const rpm: Frame = {
  settle: (unit) => `if command -v systemctl >/dev/null 2>&1; then
  # One that an administrator has masked cannot be enabled.
  if [ -z "$former" ]; then systemctl --quiet enable ${unit} || true; fi
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    if [ -z "$former" ]; then
      systemctl start ${unit} || true
    elif systemctl --quiet is-enabled ${unit} || systemctl --quiet is-active ${unit}; then
      systemctl restart ${unit} || true
    fi
  fi
fi`,
  stop: (unit) => `if command -v systemctl >/dev/null 2>&1; then
  systemctl --quiet disable ${unit} || true
  if [ -d /run/systemd/system ]; then systemctl stop ${unit} || true; fi
fi`,
  forgetUnit: (unit) => [
    `if [ -d /run/systemd/system ]; then`,
    `  systemctl daemon-reload`,
    `  systemctl reset-failed ${unit} 2>/dev/null || true`,
    `fi`,
  ],
  beforeInstall: (body) => `${rpmHead}${former}${body}\n`,
  afterInstall: (body) => `${rpmHead}${former}${body}\n`,
  beforeRemoval: (body) => `${rpmHead}${inCase('[ "$1" = 0 ]', body)}`,
  afterRemoval: (_unit, body) => `${rpmHead}${inCase('[ "$1" = 0 ]', body)}`,
};

/** rpm gives the number of versions that will be there afterwards. */
const former = 'if [ "$1" -gt 1 ]; then former=another; else former=; fi\n';

export const managers: Readonly<Record<Manager, Frame>> = { deb, rpm };
