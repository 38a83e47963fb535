import { defineFailures } from '../failure.ts';

/** What can be wrong with a package draft; each sentence names the rule (BPKG-05). */
export const packageFailures = defineFailures({
  'package-id-empty': {
    kind: 'invalid',
    message: 'A package ID is required.',
    remedy: 'Give an ID of half-width letters, digits, "-" and "_".',
  },
  'package-id-characters': {
    kind: 'invalid',
    message: 'A package ID holds only half-width letters and digits, "-" and "_"; "{id}" has others.',
    remedy: 'Remove the other characters.',
  },
  'package-id-fixed': {
    kind: 'invalid',
    message: 'The ID of a package cannot be changed; it is {id}.',
    remedy: 'Keep the ID, or make another package.',
  },
  'too-many-bytes': {
    kind: 'invalid',
    message: 'At most {limit} bytes in UTF-8 are allowed; these are {bytes}.',
    remedy: 'Shorten the text; characters outside of ASCII count two to four bytes.',
  },
  'release-date': {
    kind: 'invalid',
    message: 'A release date has the form YYYY/MM/DD and must exist; "{date}" does not.',
    remedy: 'Take the suggestion, or let Tenkai correct it (--fix).',
  },
  'required-for-service-pack': {
    kind: 'invalid',
    message: 'A service pack needs its major and minor version.',
    remedy: 'Give both; 0 is a value.',
  },
  'program-name-twice': {
    kind: 'invalid',
    message: 'Two programs of a package cannot both be called "{name}".',
    remedy: 'Rename one of them.',
  },
  'program-empty': {
    kind: 'invalid',
    message: 'The program "{name}" has neither an executable nor a command line.',
    remedy: 'Choose a file of the package, or write a command line.',
  },
  'option-mandatory': {
    kind: 'invalid',
    message: 'The program "{program}" needs its option {option} to be {value}.',
    remedy: 'Keep the value; or remove the mark "mandatory", save, and change it then.',
  },
  'program-needs-itself': {
    kind: 'invalid',
    message: 'The program "{name}" requires itself.',
    remedy: 'Remove the requirement.',
  },
  'program-executable-outside': {
    kind: 'invalid',
    message: 'The executable "{executable}" is not a file of the folders that were added.',
    remedy: 'Choose a file inside of the added folders, written folder/file.',
  },
  'program-executable-ambiguous': {
    kind: 'invalid',
    message: '{count} files of the package are "{executable}".',
    remedy: 'Write the pattern so that it stands for one file.',
  },
  'exit-code-twice': {
    kind: 'invalid',
    message: 'The exit code {exitCode} cannot mean both success and restart.',
    remedy: 'Name it once.',
  },
  'detection-required': {
    kind: 'invalid',
    message: 'A package needs a rule that detects it after the installation.',
    remedy: 'Add a file, a package name or a script; only the type tool may go without.',
  },
  'registry-key-without-hive': {
    kind: 'invalid',
    message: 'The registry key "{key}" does not begin with a hive.',
    remedy: 'Begin with HKEY_LOCAL_MACHINE, or short with HKLM, and a backslash.',
  },
  'registry-name-missing': {
    kind: 'invalid',
    message: 'Of the registry key {key} data are asked for, but of no value.',
    remedy:
      'Give the name of a value (empty in JSON: the default value), or ask only whether the key is there.',
  },
  'registry-not-comparable': {
    kind: 'invalid',
    message:
      'No registry value can be {operator} "{data}": it is neither a number nor a version, or does not suit the type.',
    remedy: 'Give a whole number (16, 0x10) or a version of numbers and dots, or compare by "equal".',
  },
  'detection-version-incomplete': {
    kind: 'invalid',
    message: 'A detection rule gives both an operator and a version, or neither.',
    remedy: 'Complete the rule.',
  },
  'detection-path-relative': {
    kind: 'invalid',
    message: 'The path "{path}" of a detection rule is not absolute.',
    remedy: 'Begin with / or with a drive.',
  },
  'target-twice': {
    kind: 'invalid',
    message: 'The same operating system, language and architecture is listed twice ({target}).',
    remedy: 'Remove one of the rows.',
  },
  'condition-too-large': {
    kind: 'invalid',
    message: 'A condition has at most {leaves} questions, nested at most {depth} deep.',
    remedy: 'Simplify the condition.',
  },
  'text-unprintable': {
    kind: 'invalid',
    message: 'The text holds a control character or a broken Unicode character.',
    remedy: 'Type the text again; it may have been pasted from elsewhere.',
  },
});

/** Cautions that do not forbid saving. */
export const packageCautions = defineFailures({
  'path-not-ascii': {
    kind: 'invalid',
    message: 'The path "{path}" is not plain ASCII; some installers fail on such paths ({count} in all).',
    remedy: 'Rename the folder or file, unless you know that the installer copes.',
  },
  'urgency-automatic': {
    kind: 'invalid',
    message: 'Packages of urgency {urgency} are also delivered by automatic update.',
    remedy: 'For delivery by scenarios alone choose normal or low.',
  },
  'service-pack-without-prerequisite': {
    kind: 'invalid',
    message:
      'A service pack of level {level} usually needs an earlier one, and nothing here says so: it is also tried on machines without.',
    remedy: 'Give a condition, a base service pack or a required package.',
  },
  'relation-to-itself': {
    kind: 'invalid',
    message: 'A package cannot require or supersede itself.',
    remedy: 'Remove the ID of the package from the list.',
  },
  'package-relation-cycle': {
    kind: 'conflict',
    message: 'Packages {relation} each other in a circle: {path}.',
    remedy: 'Remove one of the relations named in the path.',
  },
  'archive-beside-contents': {
    kind: 'invalid',
    message:
      'The archive "{archive}" ({archiveBytes} bytes) seems to lie beside its own expanded contents ({besideBytes} bytes): everything would be sent twice.',
    remedy: 'Remove the archive from the folder, or register the archive alone.',
  },
  'no-restart-switch-missing': {
    kind: 'invalid',
    message: 'The program "{program}" lacks {switch}: its installer may restart the machine by itself.',
    remedy: 'Add {switch} to the parameters.',
  },
  'quiet-switch-choice': {
    kind: 'invalid',
    message: 'The program "{program}" should have exactly one of {choices}.',
    remedy: 'With neither the installer waits for a user; with both the result is not defined.',
  },
  'release-date-corrected': {
    kind: 'invalid',
    message: 'The release date "{given}" was corrected to {stored}.',
    remedy: 'Check that this is the date that was meant.',
  },
});
