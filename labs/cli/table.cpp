#include "labs/cli/commands.h"

namespace inferlab::labs {
namespace {

// In the order of the help.
constexpr CommandRow kCommands[] = {
    {"lab list", "the labs there are, and how far you are", make_lab_list},
    {"lab show", "what a lab is about and what to do", make_lab_show},
    {"lab files", "write the files that you begin with", make_lab_files},
    {"lab start", "start a lab: its cluster, for kubectl and curl", make_lab_start},
    {"lab answer", "the questions of a lab, and your answers", make_lab_answer},
    {"lab ack", "what the pager says in a session, and that you have seen it", make_lab_ack},
    {"lab diagnose", "what an incident of a session comes of", make_lab_diagnose},
    {"lab record", "write a session as a submission: what you did, and when", make_lab_record},
    {"lab hint", "the hints of a lab; each costs points", make_lab_hint},
    {"lab check", "grade what you have done so far", make_lab_check},
    {"lab compare", "your run beside that of the solution, in numbers", make_lab_compare},
    {"lab replay", "what you did in a session, and what came of it", make_lab_replay},
    {"lab certificate", "a signed certificate of a lab that was passed", make_lab_certificate},
    {"lab reset", "forget attempts, hints and the session of a lab", make_lab_reset},
    {"lab watch", "grade an answer, or test a lab, whenever a file is saved", make_lab_watch},
    {"lab new", "write a new lab that works, to be changed", make_lab_new},
    {"lab preview", "show a lab's page in a browser while it is written", make_lab_preview},
    {"lab doc", "a lab as a page, to be printed", make_lab_doc},
    {"lab test", "test a lab's checks against the answers it ships", make_lab_test},
    {"lab lint", "say everything that is wrong with a lab's files", make_lab_lint},
    {"lab coverage", "which rows of what is to be taught the labs grade", make_lab_coverage},
    {"lab schema", "print the JSON Schema of lab.yaml", make_lab_schema},
    {"grade", "grade a folder of manifests", make_grade},
    {"eval", "ask a model the cases of an evals.yaml, and judge its answers", make_eval},
    {"lint", "find what is wrong with manifests before a cluster does", make_lint},
    {"play", "watch a lab being solved in the terminal", make_play},
    {"cluster up", "start a cluster without a lab, or a control plane alone: a new one each time",
     make_cluster_up},
    {"cluster addons", "the add-ons that a cluster can begin with", make_cluster_addons},
    {"cluster status", "the running cluster: its clock and counts", make_cluster_status},
    {"cluster traffic", "what the clients of the running cluster get, and what replicas do",
     make_cluster_traffic},
    {"cluster metrics", "the scraped metrics of the running cluster, as Prometheus reads them",
     make_cluster_metrics},
    {"cluster kubeconfig", "the kubeconfig of the running cluster", make_cluster_kubeconfig},
    {"cluster speed", "how fast virtual time runs: 1, 10, max, pause", make_cluster_speed},
    {"cluster inject", "break something in the running cluster", make_cluster_inject},
    {"cluster push", "push to the Git repository of the running lab", make_cluster_push},
    {"cluster down", "end the running session; its journal stays", make_cluster_down},
    {"why", "what every scheduler plugin says of a Pod, node by node", make_why},
    {"serve", "serve a model with an OpenAI-compatible API", make_serve},
    {"model info", "what is in a model file or folder", make_model_info},
    {"model list", "the models that were found", make_model_list},
    {"model convert", "write a Hugging Face folder as a GGUF file", make_model_convert},
    {"model quantize", "write a model file with smaller, or larger, weights", make_model_quantize},
    {"calibrate", "measure a model on this machine, for the simulator", make_calibrate},
    {"doctor", "what inferlab finds on this machine", make_doctor},
    {"bench", "measure inferlab on this machine", make_bench},
    {"bench cluster", "measure the simulated cluster, beside what is asked of it",
     make_bench_cluster},
    {"bench engine", "measure the engine on this machine's processor, beside llama.cpp",
     make_bench_engine},
};

}  // namespace

std::span<const CommandRow> command_table() {
  return kCommands;
}

}  // namespace inferlab::labs
