/**
 * Runs inside a network namespace: `forward-relay.ts SOCKET HOST PORT` passes each connection on a Unix socket, which
 * can be reached from any network namespace, on to HOST:PORT in this one.
 */
import { connect, createServer } from 'node:net';
import { joinSockets } from './join-sockets.ts';

const [socketPath = '', host = '', port = ''] = process.argv.slice(2);

const server = createServer({ allowHalfOpen: true }, (client) => {
  joinSockets(client, connect({ host, port: Number(port), allowHalfOpen: true }));
});
server.listen(socketPath, () => console.log('ready'));
