import { Checkbox, Radio } from '@mantine/core';
import {
  hasSwitch,
  type Spellings,
  switchFamilyOf,
  withSwitch,
} from '@tenkai/domain/software/installer-switches.ts';
import type { Program } from '@tenkai/domain/software/program.ts';
import { useTranslation } from 'react-i18next';

interface Props {
  readonly program: Program;
  readonly onChange: (program: Program) => void;
}

const choices = ['unattended', 'quiet'] as const;

/** The switches of installers of service packs as ticks, with what they risk (BPKG-26..30); nothing for other programs. */
export function SwitchFields({ program, onChange }: Props) {
  const { t } = useTranslation();
  const family = switchFamilyOf(program);
  if (!family) return null;
  const { parameters } = program;
  const { needed, choice, keepsDrivers } = family;
  const set = (next: string) => onChange({ ...program, parameters: next });
  const tick = (spellings: Spellings, text: 'noRestart' | 'keepsDrivers') => (
    <Checkbox
      label={`${spellings[0]}: ${t(`packages.switches.${text}`)}`}
      checked={hasSwitch(parameters, spellings)}
      onChange={(event) => set(withSwitch(parameters, spellings, event.currentTarget.checked))}
    />
  );
  const chosen = choice && choices.filter((each) => hasSwitch(parameters, choice[each]));
  return (
    <div className="tk-form-wide tk-stack">
      {tick(needed, 'noRestart')}
      {choice ? (
        <Radio.Group
          label={t('packages.switches.choice')}
          value={chosen?.length === 1 ? (chosen[0] ?? '') : ''}
          onChange={(next) =>
            set(choices.reduce((text, each) => withSwitch(text, choice[each], each === next), parameters))
          }
        >
          {choices.map((each) => (
            <Radio
              key={each}
              value={each}
              mt="xs"
              label={`${choice[each][0]}: ${t(`packages.switches.${each}`)}`}
              description={t(`packages.switches.${each}Risk`)}
            />
          ))}
        </Radio.Group>
      ) : null}
      {keepsDrivers ? tick(keepsDrivers, 'keepsDrivers') : null}
    </div>
  );
}
