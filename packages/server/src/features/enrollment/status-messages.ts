import { defineStatusMessages } from '@tenkai/domain/status-message.ts';

export const enrollmentStatusMessages = defineStatusMessages({
  'enrollment.enrolled': { id: 1100, message: 'The machine {name} was enrolled with the ticket {ticket}.' },
  'enrollment.pending': {
    id: 1101,
    message: 'The machine {name} asks to be enrolled and waits for approval.',
  },
  'enrollment.approved': { id: 1102, message: '{by} approved the machine {name}.' },
  'enrollment.refused': { id: 1103, message: '{by} refused the machine {name}.' },
  'enrollment.clone': {
    id: 1104,
    message:
      'The key of the machine {name} was used on other hardware ({foreign} instead of {known}): a copy, or a changed board. The key is in quarantine.',
  },
  'enrollment.released': { id: 1105, message: '{by} released the machine {name} from quarantine.' },
  'enrollment.shared': {
    id: 1107,
    message:
      'Two agents use the key of the machine {name} at the same time, on hardware that looks the same: one is a copy. The key is in quarantine.',
  },
  'enrollment.renewed': {
    id: 1108,
    message: 'The machine {name} has renewed its keys ({before} is now {after}); the old ones are refused.',
  },
  'enrollment.revoked': {
    id: 1106,
    message: '{by} revoked the key of the machine {name}: it is shut out until it is approved again.',
  },
});
