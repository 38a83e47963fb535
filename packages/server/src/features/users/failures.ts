import { defineFailures } from '@tenkai/domain/failure.ts';

export const usersFailures = defineFailures({
  'sign-in-refused': {
    kind: 'unauthenticated',
    message: 'Name or password is wrong, or the user is disabled.',
    remedy: 'Check both; an administrator can set a new password or make a one-time link.',
  },
  'link-invalid': {
    kind: 'unauthenticated',
    message: 'This one-time link was used already, has expired, or is incomplete.',
    remedy: 'Ask for a new link. For the first administrator: restart the server, it prints a new one.',
  },
  'setup-done': {
    kind: 'conflict',
    message: 'This site has its first administrator already.',
    remedy: 'Sign in, or ask an administrator for a user.',
  },
  'last-administrator': {
    kind: 'conflict',
    message: 'This is the last administrator of the whole site.',
    remedy: 'Make another user an administrator without a collection scope first.',
  },
  'role-too-high': {
    kind: 'forbidden',
    message: 'A token cannot be allowed more than its user: {role}.',
    remedy: 'Choose a role that you have.',
  },
});
