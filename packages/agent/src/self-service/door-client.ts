import { rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import { problemFromBody } from '@tenkai/protocol/problem.ts';
import { doorPaths, type Offer, type Offers, type ProofRequest, type RestartState } from './door-words.ts';

/** A user's program in front of the users' door. */
export interface DoorClient {
  available(): Promise<Offers>;
  install(id: string): Promise<Offer>;
  restart(): Promise<RestartState>;
  postpone(minutes: number): Promise<RestartState>;
  restartNow(): Promise<RestartState>;
}

const timeoutMs = 30_000;
const replyLimitBytes = 4 * 1024 * 1024;

/**
 * @param address of the door
 * @throws from each call: Failure agent-not-running; RemoteProblem for a refusal
 */
export function createDoorClient(address: string): DoorClient {
  const get = <T>(path: string) => call<T>(address, 'GET', path);
  const act = <T>(path: string, body: object) => proven<T>(address, path, body);
  return {
    available: () => get(doorPaths.available),
    install: (id) => act(doorPaths.install, { id }),
    restart: () => get(doorPaths.restart),
    postpone: (minutes) => act(doorPaths.postpone, { minutes }),
    restartNow: () => act(doorPaths.now, {}),
  };
}

/** Makes the file by which the service sees whose program this is, for as long as the call takes. */
async function proven<T>(address: string, path: string, body: object): Promise<T> {
  const { folder, name, content } = await call<ProofRequest>(address, 'POST', doorPaths.proof, {});
  const file = join(folder, name);
  try {
    writeFileSync(file, content, { flag: 'wx', mode: 0o600 });
    return await call<T>(address, 'POST', path, { ...body, proof: name });
  } finally {
    rmSync(file, { force: true });
  }
}

function call<T>(address: string, method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = text === undefined ? {} : { 'content-length': Buffer.byteLength(text) };
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise<T>((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(new Failure('agent-not-running', {}, { detail: String(cause), cause }));
    const asked = request(
      { socketPath: address, method, path, headers, signal, agent: false },
      (response) => {
        const parts: Buffer[] = [];
        let bytes = 0;
        response.on('data', (part: Buffer) => {
          bytes += part.length;
          if (bytes > replyLimitBytes) asked.destroy(new Error('the answer is too long'));
          else parts.push(part);
        });
        response.on('error', fail);
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          const reply = parsed(Buffer.concat(parts).toString());
          if (status === 200 && reply !== null) resolve(reply as T);
          else reject(problemFromBody(status, reply));
        });
      },
    );
    asked.on('error', fail);
    asked.end(text);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
