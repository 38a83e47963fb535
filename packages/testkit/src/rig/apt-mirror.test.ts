import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mirrorInLines, mirrorInStanzas } from './apt-mirror.ts';

test('the mirror is found in deb822 stanzas', () => {
  const text = `Types: deb
# a comment
URIs: http://mirror.example/security
Suites: bookworm-security
Components: main

Types: deb deb-src
URIs: cdrom:x http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;
  assert.equal(mirrorInStanzas(text, 'bookworm'), 'http://mirror.example/debian');
  assert.equal(mirrorInStanzas(text, 'trixie'), undefined);
  assert.equal(
    mirrorInStanzas(
      `Enabled: no\n${text}`.replace('Types: deb deb-src', 'Enabled: no\nTypes: deb'),
      'bookworm',
    ),
    undefined,
  );
});

test('the mirror is found in one-line sources', () => {
  const text = `# deb http://commented.example/debian bookworm main
deb cdrom:[Debian]/ bookworm main
deb [arch=amd64 signed-by=/x] https://mirror.example/debian bookworm contrib main
deb-src http://source.example/debian bookworm main`;
  assert.equal(mirrorInLines(text, 'bookworm'), 'https://mirror.example/debian');
  assert.equal(mirrorInLines(text, 'sid'), undefined);
});
