import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentProgram, installedAgentFolder } from './agent-folder.ts';

const answer = (bytes: Buffer, code = 0) => {
  const stdout = bytes.toString('utf8');
  return installedAgentFolder(async () => ({ code, stdout, stderr: '' }));
};
const said = (folder: Buffer) =>
  Buffer.concat([
    Buffer.from('\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Tenkai\\Agent\r\n    Folder    REG_SZ    '),
    folder,
    Buffer.from('\r\n\r\n'),
  ]);
/** 管理 in code page 932, in which reg.exe of a Japanese Windows writes. */
const kanri = Buffer.from([0x8a, 0xc7, 0x97, 0x9d]);

test('BAGT-02: the folder of an installed agent is read from the registry, in UTF-8 too', async () => {
  const folder = await answer(said(Buffer.from('D:\\Program Files\\Tenkai Agent\\')));
  assert.equal(folder, 'D:\\Program Files\\Tenkai Agent\\');
  assert.equal(agentProgram(folder ?? ''), 'D:\\Program Files\\Tenkai Agent\\node.exe');
  assert.equal(await answer(said(Buffer.from('D:\\管理\\Tenkai'))), 'D:\\管理\\Tenkai');
  assert.equal(await answer(Buffer.from('ERROR: no such key\r\n'), 1), undefined);
});

test('BAGT-02: a folder that cannot be read in the code page makes no rule for another path', async () => {
  const folder = Buffer.concat([Buffer.from('D:\\'), kanri, Buffer.from('\\Tenkai')]);
  await assert.rejects(answer(said(folder)), {
    code: 'firewall-agent-folder-unreadable',
    remedy: /--agent-folder/,
  });
  await assert.rejects(answer(said(Buffer.from('D:\\??\\Tenkai'))), {
    code: 'firewall-agent-folder-unreadable',
  });
});
