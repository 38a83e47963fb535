import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openOpensslBench } from '@tenkai/testkit/certificates/openssl.ts';
import { bmpName, renamedPfx } from '@tenkai/testkit/certificates/renamed-pfx.ts';
import { bundle } from '../scripts/package/bundles.ts';
import { runMeasured } from './certfix/run-measured.ts';
import type { BenchOptions, BenchResult } from './result.ts';
import { inWorkFolder } from './site/work-folder.ts';

/**
 * certfix over a folder of PFX and PEM files that all have the defect, and again over the repaired ones, beside a tenth
 * of them: memory must not grow with their number. Flags: --count 10000.
 */
export async function run({ flags, progress }: BenchOptions): Promise<BenchResult> {
  const count = Number(flags.count ?? 10_000);
  return inWorkFolder(async (work) => {
    const agent = await bundle('agent', work);
    const few = await measure(agent, work, Math.ceil(count / 10));
    progress(`${few.count} files: ${few.repair.ms.toFixed(0)} ms, ${mb(few.repair.peakBytes).toFixed(0)} MB`);
    const many = await measure(agent, work, count);
    progress(
      `${many.count} files: ${many.repair.ms.toFixed(0)} ms, ${mb(many.repair.peakBytes).toFixed(0)} MB`,
    );
    return {
      figures: [
        { what: `repair ${count} certificates`, unit: 's', value: many.repair.ms / 1000, target: within60s },
        { what: 'look at them again', unit: 's', value: many.again.ms / 1000, target: within60s },
        {
          what: 'most memory, beside a tenth of them',
          unit: 'MB',
          value: mb(many.repair.peakBytes),
          baseline: mb(few.repair.peakBytes),
          target: { of: 'ratio', atMost: 1.3 },
        },
        {
          what: 'most memory of the second look, beside a tenth of them',
          unit: 'MB',
          value: mb(many.again.peakBytes),
          baseline: mb(few.again.peakBytes),
          target: { of: 'ratio', atMost: 1.3 },
        },
      ],
      notes,
      raw: { few, many },
    };
  });
}

const within60s = { of: 'value', atMost: 60 } as const;
const mb = (bytes: number) => bytes / 1_000_000;
const password = 'bench';

const notes = [
  'The bundled agent: tenkai-agent certfix --path FOLDER --password-file FILE. Half of the files are PFX (AES-256, PBKDF2 and a MAC with 2,048 iterations, as OpenSSL 3 writes them), half PEM with certificate and key; each has a NUL in its friendly name and is repaired, read again, replaced with fsync and kept as a backup.',
  'Memory: VmHWM of the process, the most that was ever resident.',
];

async function measure(agent: string, work: string, count: number) {
  const folder = join(work, `certificates-${count}`);
  fill(folder, count);
  const secret = join(work, 'password');
  writeFileSync(secret, `${password}\n`, { mode: 0o600 });
  const args = [agent, 'certfix', '--path', folder, '--password-file', secret, '--json'];
  const repair = await runMeasured(args);
  const again = await runMeasured(args);
  if (repair.report.repaired !== count || again.report.good !== count)
    throw new Error(`${repair.report.repaired} repaired, ${again.report.good} good of ${count}`);
  rmSync(folder, { recursive: true });
  return { count, repair, again };
}

/** Ten pairs, each written many times: making ten thousand keys would be most of the time. */
function fill(folder: string, count: number): void {
  const openssl = openOpensslBench();
  if (!openssl) throw new Error('this benchmark needs openssl');
  try {
    mkdirSync(folder);
    const pairs = Array.from({ length: 10 }, (_, index) => {
      const { certificate, key } = openssl.certificate(`bench-${index}`);
      const pfx = openssl.pfx(`bench-${index}`, password, '-name', 'x');
      return {
        pfx: renamedPfx(pfx, password, [bmpName('SMS Signing Certificate\0x')]),
        pem: `    friendlyName: SMS\0x\n${certificate}${key}`,
      };
    });
    for (let index = 0; index < count; index += 1) {
      const pair = pairs[index % pairs.length];
      if (!pair) continue;
      const isPfx = index % 20 < 10;
      writeFileSync(join(folder, `${index}.${isPfx ? 'pfx' : 'pem'}`), isPfx ? pair.pfx : pair.pem, {
        mode: 0o600,
      });
    }
  } finally {
    openssl.remove();
  }
}
