// What the shells run at each Tab. The program itself knows what may come next; a script gathers
// the words, asks it, and offers what it says.
#include "labs/cli/completion.h"

namespace inferlab::labs {
namespace {

// bash splits words at '=', ':' and '@' as well, and puts in only what stands behind the last of
// them: words are put together again, and what has been typed before that is cut off.
constexpr const char* kBash = R"(# bash completion for inferlab: source <(inferlab completion bash)
_inferlab() {
  local rest=${COMP_LINE:0:COMP_POINT} words=() word i line mode='' current cut
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if ((i == 0)) || [[ $rest == [[:space:]]* ]]; then
      rest=${rest#"${rest%%[![:space:]]*}"}
      words+=('')
    fi
    if ((i == COMP_CWORD)); then word=$rest; fi
    words[${#words[@]}-1]+=$word
    rest=${rest#"$word"}
  done
  current=${words[${#words[@]}-1]}
  [[ $word == *[!=:@]* ]] || word=''
  cut=${current%"$word"}
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ -z $mode ]]; then mode=$line; else COMPREPLY+=("${line#"$cut"}"); fi
  done < <("${words[0]}" completion bash -- "${words[@]:1}" 2>/dev/null)
  case $mode in
    files) compopt -o default ;;
    folders) compopt -o dirnames ;;
  esac
}
complete -F _inferlab inferlab
)";

constexpr const char* kZsh = R"(#compdef inferlab
# zsh completion for inferlab: source <(inferlab completion zsh)
_inferlab() {
  local mode
  local -a before lines
  before=("${(@Q)words[1,CURRENT-1]}")
  lines=("${(@f)$("${before[@]:0:1}" completion zsh -- "${before[@]:1}" "${(Q)PREFIX}" 2>/dev/null)}")
  mode=$lines[1]
  shift lines
  [[ $mode != words && $PREFIX == --*=* ]] && compset -P '*='
  case $mode in
    files) _files ;;
    folders) _files -/ ;;
    words) _describe inferlab lines ;;
  esac
}
compdef _inferlab inferlab
)";

constexpr const char* kFish = R"(# fish completion for inferlab: inferlab completion fish | source
function __inferlab_complete
  set -l before (commandline -opc)
  set -l current (commandline -ct)
  set -l lines ($before[1] completion fish -- $before[2..-1] "$current" 2>/dev/null)
  set -l option (string match -r -- '^--[^=]*=' "$current")
  set -l value (string replace -r -- '^--[^=]*=' '' "$current")
  switch "$lines[1]"
    case files
      __fish_complete_path "$value" | string replace -r '^' -- "$option"
    case folders
      __fish_complete_directories "$value" | string replace -r '^' -- "$option"
    case words
      set -e lines[1]
      printf '%s\n' $lines
  end
end
complete -c inferlab -f -a '(__inferlab_complete)'
)";

}  // namespace

std::optional<std::string> completion_script(std::string_view shell) {
  if (shell == "bash") return kBash;
  if (shell == "zsh") return kZsh;
  if (shell == "fish") return kFish;
  return std::nullopt;
}

}  // namespace inferlab::labs
