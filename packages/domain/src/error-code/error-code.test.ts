import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorCodes } from './catalogue.ts';
import { errorCodeText, findErrorCode, parseErrorCode } from './find.ts';

test('IDENT-12: 0x80092024 has a name, a cause and the two-part remedy, however a log writes it', () => {
  for (const text of [
    '0x80092024',
    '0X80092024',
    '80092024',
    '(0x80092024)',
    '-2146885596',
    '2148081700',
    'CRYPT_E_NOT_CHAR_STRING',
  ]) {
    const found = findErrorCode(text);
    assert.equal(found?.name, 'CRYPT_E_NOT_CHAR_STRING', text);
    assert.match(found.cause.en, /974571/);
    assert.match(found.remedy.en, /KB977203.*certfix/);
    assert.match(found.remedy.ja, /KB977203.*certfix/);
  }
});

test('exit codes are known as such and as HRESULTs; what is no code is none', () => {
  assert.equal(findErrorCode('0x80070643')?.name, 'ERROR_INSTALL_FAILURE');
  assert.equal(findErrorCode('1603')?.code, 1603);
  assert.equal(findErrorCode('5')?.name, 'ERROR_ACCESS_DENIED');
  for (const text of ['', 'x', '0x', '0x123456789', '99999999999', '-99999999999', '1.5', '１６０３'])
    assert.equal(parseErrorCode(text), undefined, text);
  assert.equal(findErrorCode('0x80099999'), undefined);
});

test('each code is there once, with all of its texts', () => {
  assert.equal(new Set(errorCodes.map(({ code }) => code)).size, errorCodes.length);
  assert.equal(new Set(errorCodes.map(({ name }) => name)).size, errorCodes.length);
  for (const { code, cause, remedy } of errorCodes) {
    assert.ok(
      [cause.en, cause.ja, remedy.en, remedy.ja].every((text) => text.length > 5),
      errorCodeText(code),
    );
    assert.match(cause.ja + remedy.ja, /[\u3040-\u30ff]/);
  }
});
