/** The matrix of operating systems. */
export const systems = {
  search: 'Name, edition, architecture',
  capability: 'Capability',
  verdict: 'Verdict',
  none: 'No system is like that',
  servicePacks: 'Service packs',
  needs: 'SP{level} needs',
  noServicePack: 'none',
  or: ' or ',
  firewall: 'Firewall',
  firewallByHand: 'Firewall, by hand',
  firewallGuides: {
    'windows-xp':
      'Control Panel, Security Center, Windows Firewall, Exceptions, Add Port for each port; then Advanced, ICMP Settings, Allow incoming echo request. As commands: tenkai firewall plan --for windows-xp --role agent',
    'windows-vista':
      'Control Panel, Security, Allow a program through Windows Firewall, Add port for each port; echo requests by a custom inbound rule. As commands: tenkai firewall plan --for windows --role agent',
    windows:
      "Administrative Tools, Windows Firewall with Advanced Security, Inbound Rules, New Rule for each port; echo requests by a custom rule for the site's addresses. As commands: tenkai firewall plan --for windows --role agent",
    linux:
      'On the machine, as root: tenkai-agent firewall open. It opens nftables, firewalld or ufw; tenkai-agent firewall plan only prints the commands.',
    none: 'This system brings no firewall: nothing is to be opened.',
  },
  firewalls: { on: 'On after installation', off: 'Off after installation', none: 'Brings none' },
  since: 'Agent since version',
  what: 'What is possible',
  notes: 'Notes',
  noNotes: 'No cautions are known',
  onlyAt: 'at {levels}',
  ofMachine: 'Supported on this system',
  unlisted: 'Unlisted',
  capabilities: {
    agent: 'Agent',
    server: 'Server',
    'package-deployment': 'Packages',
    power: 'Power',
    multicast: 'Multicast',
    'image-backup': 'Image backup',
    'image-restore': 'Image restore',
    netboot: 'Network boot',
  },
  verdicts: {
    supported: 'Supported',
    planned: 'Planned',
    simulated: 'Simulated only',
    unsupported: 'Not supported',
  },
};
