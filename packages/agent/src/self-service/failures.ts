import { defineFailures } from '@tenkai/domain/failure.ts';

/** Refusals that the users of a machine meet. Their Japanese sentences are in texts.ts. */
export const selfServiceFailures = defineFailures({
  'door-no-such-address': {
    kind: 'not-found',
    message: 'The agent does not know {path}.',
    remedy: 'Use: tenkai-agent available, install, restart or self-service.',
  },
  'request-invalid': {
    kind: 'invalid',
    message: 'The agent does not understand the request.',
    remedy: 'Correct what the detail names.',
  },
  'request-too-large': {
    kind: 'too-large',
    message: 'The request is longer than {limit} bytes.',
    remedy: 'Send less.',
  },
  'asked-too-often': {
    kind: 'too-many',
    message: 'The agent was asked too often.',
    remedy: 'Try again in a minute.',
  },
  'user-not-proven': {
    kind: 'forbidden',
    message: 'The agent could not see which user asks.',
    remedy: 'Make sure that you can write into the folder that the detail names, and try again.',
  },
  'not-available': {
    kind: 'not-found',
    message: '{name} is not available to this machine.',
    remedy: 'See what is: tenkai-agent available',
  },
  'offer-ambiguous': {
    kind: 'invalid',
    message: 'There are several of the name {name}.',
    remedy: 'Give the ID: tenkai-agent available --json',
  },
  'install-failed': {
    kind: 'broken',
    message: '{name} could not be installed.',
    remedy: 'Try again later, or ask the administrator of the machine.',
  },
  'page-foreign': {
    kind: 'forbidden',
    message: 'The request does not come from the page of this machine.',
    remedy: 'Open the address that tenkai-agent self-service has printed.',
  },
  'page-used': {
    kind: 'unauthenticated',
    message: 'The address of this page is good for one browser window, once.',
    remedy: 'Start it anew: tenkai-agent self-service',
  },
  'restart-none': {
    kind: 'conflict',
    message: 'No restart of this machine is announced.',
    remedy: 'There is nothing to do. A restart that comes is announced beforehand.',
  },
  'restart-not-postponable': {
    kind: 'forbidden',
    message: 'This restart cannot be postponed.',
    remedy: 'Save your work now, or ask the administrator of the machine.',
  },
  'restart-postponed-enough': {
    kind: 'forbidden',
    message: 'This restart was postponed as often as the administrator allows.',
    remedy: 'Save your work now, or ask the administrator of the machine.',
  },
  'restart-not-later': {
    kind: 'invalid',
    message: 'The restart is announced for {restartAt}, which is not earlier.',
    remedy: 'Choose a longer time.',
  },
  'restart-too-late': {
    kind: 'forbidden',
    message: 'The restart can wait until {latestAt} at the latest.',
    remedy: 'Choose a shorter time.',
  },
  'restart-has-begun': {
    kind: 'conflict',
    message: 'The restart has begun.',
    remedy: 'Save your work now.',
  },
  'restart-others-signed-in': {
    kind: 'forbidden',
    message: 'Others are signed in on this machine: {users}.',
    remedy: 'Ask them to sign out, or wait for the announced time.',
  },
});
