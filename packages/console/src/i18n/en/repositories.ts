export const repositories = {
  none: 'No package repositories',
  noneText:
    'A repository is a signed folder on any web server. The site pulls packages from it on a schedule.',
  new: 'New repository',
  url: 'Address',
  urlText: 'The folder in which index.json lies: https://, http://, or file:/// for a folder on the server.',
  nameText: 'Packages carry it as their origin; it cannot be changed later.',
  fingerprint: 'Fingerprint of the key (SHA-256)',
  fingerprintText: 'Ask the publisher for it on another way than the network: only this key is believed.',
  ca: 'Certificates to trust (PEM)',
  caText: 'Empty: those that the system of the server trusts.',
  schedule: 'Pull',
  schedules: { manual: 'Only when asked', interval: 'Every so many minutes', daily: 'Every day' },
  minutes: 'Minutes',
  at: 'At',
  timeZone: 'Time zone',
  everyMinutes_one: 'every minute',
  everyMinutes_other: 'every {count} minutes',
  dailyAt: 'daily at {at} ({timeZone})',
  gate: 'New packages',
  gates: {
    automatic: 'Register at once',
    hold: 'Hold for approval',
    lower: 'Lower the urgency',
  },
  gateTexts: {
    automatic: 'They keep their urgency: one of the highest urgency reaches machines by itself.',
    hold: 'They are fetched, and nothing is delivered until somebody approves.',
    lower: 'None is more urgent than this; below high nothing is delivered by itself.',
  },
  lowerTo: 'Urgency at most',
  isEnabled: 'In use',
  disabled: 'Not in use',
  state: 'State',
  states: {
    pulling: 'Pulling',
    current: 'Up to date',
    never: 'Not pulled yet',
    waiting_one: '{count} waits for approval',
    waiting_other: '{count, number} wait for approval',
    refused_one: '{count} cannot be taken',
    refused_other: '{count, number} cannot be taken',
    failed: 'Pull failed',
  },
  packages: 'Packages',
  noPackages: 'The repository offers nothing',
  pulledAt: 'Last pulled',
  nextPullAt: 'Next pull',
  indexVersion: 'Index',
  expiresAt: 'Index good until',
  pullNow: 'Pull now',
  edit: 'Change',
  remove: 'Remove repository',
  removeTitle: 'Remove {name}',
  removeText: 'Nothing is pulled from it any more. Packages that came from it stay.',
  offered: 'Offered',
  packageStates: {
    fetching: 'To be fetched',
    waiting: 'Waits for approval',
    registered: 'Registered',
    rejected: 'Rejected',
    refused: 'Cannot be taken',
  },
  withdrawn: 'Not offered any more',
  changedHere: 'It was changed on this site since; approving replaces that by the new revision.',
  approve: 'Approve',
  reject: 'Reject',
  approveTitle: 'Approve {id}',
  approveText:
    'The package is registered on this site. With the urgency highest or high, automatic update delivers it to machines.',
  rejectTitle: 'Reject {id}',
  rejectText: 'This state of the package is not registered. A later one is asked about again.',
  asPublished: 'As published',
};

export const repositoryFailures = {
  'repository-unreachable': {
    message: 'The repository does not deliver {path}: {reason}.',
    remedy: 'Check address, network and web server; the next pull goes on where this one stopped.',
  },
  'repository-missing': {
    message: 'There is no repository in {folder}.',
    remedy: 'Make one: tenkai repository init {folder}',
  },
  'repository-exists': {
    message: 'The folder {folder} is not empty, or holds a repository already.',
    remedy: 'Choose an empty folder; publish to a repository that exists with tenkai package publish.',
  },
  'repository-invalid': {
    message: 'The file {path} of the repository does not have the expected form.',
    remedy: 'Update this site, or have the publisher run tenkai repository verify.',
  },
  'repository-key-unknown': {
    message: 'The repository is signed by {found}, not by the key {fingerprint} that is trusted here.',
    remedy: 'Ask the publisher, on another way than the network, for the fingerprint of the key.',
  },
  'repository-signature': {
    message: 'The signature of the repository index is wrong: it was changed after it was signed.',
    remedy: 'Nothing of it is used. Have the publisher run tenkai repository verify on the original.',
  },
  'repository-expired': {
    message: 'The repository index {version} expired at {expiresAt}.',
    remedy:
      'Have the publisher run tenkai repository refresh; where that was done, somebody withholds the new index. Check the clock of this site, too.',
  },
  'repository-rolled-back': {
    message: 'The repository offers index {version}, but {known} was seen before.',
    remedy:
      'An old copy is served: publish the current one there. After a loss of the original, publish until the number is above {known}.',
  },
  'repository-forked': {
    message: 'The repository offers another index {version} than was seen before under the same number.',
    remedy:
      'Two copies were published to independently, or somebody has the key. Publish again from one folder, or change the key.',
  },
  'repository-file-wrong': {
    message: 'The file {path} of the repository is not what the signed index promises.',
    remedy: 'It is not used. Have the publisher copy the repository again, whole.',
  },
  'repository-key-inside': {
    message: 'The key {path} would lie inside of the repository and be published with it.',
    remedy: 'Keep the key elsewhere, and better on a machine without a network.',
  },
  'repository-key-open': {
    message: 'Others can read the key {path}.',
    remedy: 'Make it yours alone: chmod 600 {path}. Where others may have read it, change the key.',
  },
  'repository-key-file': {
    message: 'The key {path} cannot be used: {reason}.',
    remedy: 'Give the file that tenkai repository init has made, by --key.',
  },
  'repository-url': {
    message:
      '"{url}" is no address of a repository: https://, http:// or file:///, without user, query and fragment.',
    remedy: 'Give the address of the folder in which index.json lies.',
  },
  'repository-ca': {
    message: 'These are no certificates in PEM form.',
    remedy: 'Give the text of the certificate file, or none for the authorities that the system trusts.',
  },
  'repository-time-zone': {
    message: 'There is no time zone "{timeZone}".',
    remedy: 'Give a name such as Asia/Tokyo or UTC.',
  },
  'repository-name': {
    message: 'The name of a repository consists of letters, digits, "-", "_" and ".".',
    remedy: 'Choose a short name; packages carry it as their origin.',
  },
  'repository-disabled': {
    message: 'The repository {name} is switched off.',
    remedy: 'Switch it on first.',
  },
  'repository-package-newer': {
    message: 'The description of the package {id} has fields that this version of Tenkai does not know.',
    remedy: 'Update this site.',
  },
  'repository-package-older': {
    message: 'The repository offers {offered} of the package {id}, but {known} was taken before.',
    remedy: 'Have the publisher publish the package again; nothing is replaced by something older.',
  },
  'repository-not-waiting': {
    message: 'The package {id} does not wait for this decision: it is {state}.',
    remedy: 'Load the list again.',
  },
  'repository-pull-broken': {
    message: 'The pull has failed: {reason}.',
    remedy: 'Look into the log of the server; the next pull tries again.',
  },
  'package-of-other-origin': {
    message: 'There is a package {id} already, and it did not come from there but from {origin}.',
    remedy: 'Delete that package here, or have the publisher choose another ID.',
  },
};

export const repositoryMessages = {
  pulled: 'Index {version} of the repository {name} was pulled: {changed} packages new or changed.',
  'pull-failed': 'The repository {name} could not be pulled: {reason}',
  registered: 'The package {packageId} of the repository {name} was registered as revision {revision}.',
  waiting: 'The package {packageId} of the repository {name} waits for approval.',
  refused: 'The package {packageId} of the repository {name} cannot be taken: {reason}',
  rejected: '{by} rejected the package {packageId} of the repository {name}.',
};
