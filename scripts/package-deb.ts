/**
 * `npm run package:deb`: tenkai-server and tenkai-agent as Debian packages in dist/, each with its own Node and a
 * systemd unit. `-- agent` or `-- server` builds one of them; `-- --version 1.2.3` names another version, `-- --arch
 * arm64` another architecture; `--console-as-built` takes the console from packages/console/dist instead of building it
 * anew; `--agents FOLDER` names agents for further architectures that the server brings to its machines.
 */
import { makeDeb } from './package/make-deb.ts';
import { makePackages } from './package/release.ts';

await makePackages(makeDeb);
