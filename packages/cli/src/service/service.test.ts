import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '@tenkai/domain/failure.ts';
import { installService, readStatus, removeService, type ServicePort } from './service.ts';
import { statusFrom } from './service-control.ts';

const program = 'C:\\Program Files\\Tenkai\\Server\\tenkai-service.exe';
const folder = 'C:\\ProgramData\\Tenkai\\Server';

/** As sc.exe of Windows Server prints it. */
const answer = (state: number, name: string, exit = 0) => `
SERVICE_NAME: TenkaiServer
        TYPE               : 10  WIN32_OWN_PROCESS
        STATE              : ${state}  ${name}
                                (STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)
        WIN32_EXIT_CODE    : ${exit === 0 ? '0  (0x0)' : '1066  (0x42a)'}
        SERVICE_EXIT_CODE  : ${exit}  (0x${exit.toString(16)})
        CHECKPOINT         : 0x0
        WAIT_HINT          : 0x0
`;

/** A Windows that remembers the service, and what it was asked. */
function playedWindows(over: Partial<Record<string, number>> = {}) {
  let state = 0;
  const [asked, written]: [string[], string[]] = [[], []];
  const names = ['', 'STOPPED', 'START_PENDING', 'STOP_PENDING', 'RUNNING'];
  const query = () => {
    const text = answer(state, names[state] ?? '');
    // The next one finds what was pending done.
    state = state === 2 ? 4 : state === 3 ? 1 : state;
    return { code: 0, text };
  };
  const becomes: Record<string, number> = { create: 1, start: 2, stop: 3, delete: 0 };
  const port: ServicePort = {
    program,
    async sc(args) {
      const [act = ''] = args;
      if (act === 'query') return state === 0 ? { code: 1060, text: '' } : query();
      asked.push(args.join(' '));
      const code = over[act] ?? 0;
      if (code === 0) state = becomes[act] ?? state;
      return { code, text: `[SC] ${act} ${code}` };
    },
    makeFolder: async () => ({ code: 0, text: `${folder}\r\n` }),
    writeSettings: async (where) => void written.push(where),
    wait: async () => {},
  };
  return { port, asked, written };
}

const plain = { start: true, beforeStart: async () => {} };
const isCode = (code: string) => (error: unknown) => error instanceof Failure && error.code === code;

test('BSRV-22: the service is registered by these lines, once, and removed by these', async () => {
  const { port, asked, written } = playedWindows();
  assert.equal((await readStatus(port)).state, 'absent');
  const installed = await installService(port, plain);
  assert.deepEqual([installed.status.state, installed.folder, written], ['running', folder, [folder]]);
  const register = [
    `create TenkaiServer binPath= "${program}" start= auto DisplayName= Tenkai Server`,
    'description TenkaiServer Tenkai site server: deploys software to machines and verifies it on each of them.',
    'start TenkaiServer',
  ];
  assert.deepEqual(asked.splice(0), register);
  await installService(port, plain);
  assert.deepEqual(asked.splice(0), ['start TenkaiServer']);
  assert.equal(await removeService(port), true);
  assert.deepEqual(asked.splice(0), ['stop TenkaiServer', 'delete TenkaiServer']);
  assert.equal(await removeService(port), false);
  assert.deepEqual(asked, []);
});

test('ports are opened before the service starts, with the settings in place', async () => {
  const { port, asked, written } = playedWindows();
  const beforeStart = async (where: string) => {
    assert.deepEqual([where, written, asked.includes('start TenkaiServer')], [folder, [folder], false]);
  };
  await installService(port, { start: false, beforeStart });
  assert.ok(!asked.includes('start TenkaiServer'));
});

test('without rights nothing is made, and other refusals carry the words of Windows', async () => {
  const denied = playedWindows({ create: 5 });
  await assert.rejects(installService(denied.port, plain), isCode('service-needs-administrator'));
  assert.deepEqual(denied.written, []);
  const marked = playedWindows({ create: 1072 });
  await assert.rejects(installService(marked.port, plain), isCode('service-refused'));
});

test('states are read by their numbers, in any language, and with the exit code of the server', () => {
  assert.deepEqual(statusFrom(answer(3, 'STOP_PENDING')).state, 'stopping');
  const german = answer(1, 'STOPPED', 2).replace('STATE ', 'STATUS ');
  assert.deepEqual(statusFrom(german), { service: 'TenkaiServer', state: 'stopped', exitCode: 2 });
  assert.throws(() => statusFrom('nothing'));
});
