import { defineReasons } from '../reason.ts';

defineReasons({
  'system-unlisted':
    '{system} ({architecture}) is not in the list of systems: nothing is refused, nothing is promised.',
  'system-level-unlisted': 'Service pack {level} of {system} is not in the list of systems.',
  'system-edition-unlisted': 'The edition {edition} of {system} is not in the list of systems.',
  'system-agent-runtime': 'No agent runs on {system}: its runtime needs a newer system.',
  'system-agent-planned': 'The agent for {system} is not in this release.',
  'system-agent-unseen':
    'The agent for {system} is in this release, tested under Wine; nobody has seen it on {system} itself yet.',
  'system-simulated-only': 'On {system} there are simulated machines only.',
  'system-imaging-planned': 'Images and network boot are not in this release.',
  'system-server-planned': 'The server for {system} is not in this release.',
  'system-server-unseen':
    'The server for {system} is in this release, tested under Wine; nobody has seen it on {system} itself yet.',
  'system-server-no-package': 'There is no package of the server for {system}; it runs from its sources.',
  'system-server-client': '{system} is a managed machine only; the server needs a server edition.',
  'system-no-interpreter': '{system} cannot run {interpreter} scripts.',
  'system-note-firewall-later':
    'A firewall that is turned on after the agent was installed can cut the contact: open its rules then.',
  'system-note-boot-window':
    'From the start until the firewall service is up all ports are closed: commands are held until the machine checks in, upgrades are tried again.',
  'system-note-live-session':
    'Some vendor modules need a signed-in user, no lock and no screen saver during the whole run.',
  'system-note-closes-ports':
    'Its installation turns the firewall on and closes nearly all ports: prepare the service pack, or open the ports by hand afterwards.',
  'system-note-trusted-site': "The browser needs the server's address among its trusted sites.",
  'system-note-pssu':
    'After set-up all that comes in is blocked until the updates are in, or an administrator closes the screen of the security updates.',
  'system-note-nfs-ports': 'As a host of NFS the machine needs its NFS ports opened.',
  'system-note-dhcp-port': 'As a host of DHCP the machine needs UDP 67 opened.',
  'system-note-r2-shown': 'The old product showed it as Server 2003 with Service Pack 1; here it stays R2.',
  'system-note-sysprep-dialog':
    'Sysprep may show that Remote Desktop Help Session Manager (sessmgr.exe) is blocked; it goes on by itself, without harm.',
  'system-note-server-core': 'Server Core has no windows: the firewall is opened by commands.',
  'system-note-csdversion':
    'The service pack is the value CSDVersion on the machine, not the name of the product.',
  'system-note-level-chain':
    'The newest service pack needs an earlier one first; automatic update delivers both in order where both are registered.',
  'system-note-old-server-host':
    'It was a host of the old product’s server; the server of this one needs a newer system.',
  'system-note-managed-only': 'It was a managed machine only, never a host of the server.',
  'system-note-old-product-version': 'The old product supports it from version 6.11/6.12 on.',
  'system-note-winre-dynamic-disk':
    'Where WinRE lies in another partition than the first and the disk was made dynamic, a backup may lack WinRE, and so does the restored machine.',
  'system-note-bitlocker':
    'A machine with BitLocker on can be neither backed up nor restored: turn it off first.',
});
