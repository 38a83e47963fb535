/**
 * Properties of an installation, as shell: the environment variable TENKAI_AGENT_PROPERTIES holds them in one line
 * (AGENT-16), or a file does, which is taken once. What can be seen to be wrong without the agent is refused before
 * anything is changed (AGENT-17); the agent itself reads them then.
 */
import { oldSpellings, propertyNames } from '@tenkai/domain/assignment/properties.ts';

const file = '/etc/tenkai-agent.properties';

const given = `given=
if [ -n "$TENKAI_AGENT_PROPERTIES" ]; then
  given=$TENKAI_AGENT_PROPERTIES
elif [ -f ${file} ]; then
  given=$(grep -v '^[[:space:]]*#' ${file} || true)
fi`;

const aliases = propertyNames
  .map((name) => {
    const old = Object.keys(oldSpellings).filter((one) => oldSpellings[one] === name);
    return `${[name, ...old].join('|')}) name=${name} ;;`;
  })
  .join('\n    ');

/** Names, what is named twice, and files that are not there; values are left to the agent. */
const check = `${given}
refuse() {
  echo "tenkai-agent: $1 Nothing was changed." >&2
  exit 1
}
check_file() {
  case $1 in
    /*) [ -f "$1" ] || refuse "$name= names $1, which is not here." ;;
  esac
}
set -f
seen=' ' quoted=
for word in $given; do
  if [ -n "$quoted" ]; then
    # Blanks within double quotes.
    quoted="$quoted $word"
    case $word in *\\") ;; *) continue ;; esac
    word=$quoted quoted=
  else
    case $word in *=\\"*\\") ;; *=\\"*) quoted=$word; continue ;; esac
  fi
  case $word in *=*) ;; *) refuse "A property is written NAME=VALUE; found: $word." ;; esac
  name=$(printf '%s' "\${word%%=*}" | tr '[:lower:]' '[:upper:]')
  value=\${word#*=} value=\${value#\\"} value=\${value%\\"}
  case $name in
    ${aliases}
    *) refuse "There is no property $name. There are: ${propertyNames.join(' ')}." ;;
  esac
  case $seen in *" $name "*) refuse "The property $name is given twice." ;; esac
  seen="$seen$name "
  case $name in
    TICKET) check_file "$value" ;;
    PATCH)
      left="$value;"
      while [ -n "$left" ]; do
        one=\${left%%;*} left=\${left#*;}
        check_file "\${one# }"
      done
      ;;
  esac
done
set +f
[ -z "$quoted" ] || refuse "A double quote is not closed: $quoted."`;

/** Sets `refused` to 1 where the agent does not take them, or a patch; then the file of the former stays, to be corrected. */
const take = `${given}
refused=0
if [ -n "$given" ]; then
  if printf '%s\\n' "$given" | /usr/bin/tenkai-agent assign --by-installation --no-search --no-check --properties-file -; then
    rm -f ${file}
  else
    refused=1
  fi
fi
# Applies what PATCH= names, and again what these files have undone; the service starts with it.
/usr/bin/tenkai-agent patch settle || refused=1`;

export const properties = { file, check, take } as const;
