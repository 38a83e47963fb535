/**
 * `npm run package:rpm`: the same two packages as `package:deb`, from the same tree and with the same options, for
 * systems with rpm. Needs rpmbuild (Debian: `apt-get install rpm`).
 */
import { makeRpm } from './package/make-rpm.ts';
import { makePackages } from './package/release.ts';

await makePackages(makeRpm);
