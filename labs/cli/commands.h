#pragma once

#include "labs/cli/command.h"

namespace inferlab::labs {

// One function a command, each in the file of its name.
std::unique_ptr<Command> make_bench();
std::unique_ptr<Command> make_calibrate();
std::unique_ptr<Command> make_cluster_addons();
std::unique_ptr<Command> make_bench_cluster();
std::unique_ptr<Command> make_bench_engine();
std::unique_ptr<Command> make_cluster_down();
std::unique_ptr<Command> make_cluster_inject();
std::unique_ptr<Command> make_cluster_push();
std::unique_ptr<Command> make_cluster_kubeconfig();
std::unique_ptr<Command> make_cluster_speed();
std::unique_ptr<Command> make_cluster_metrics();
std::unique_ptr<Command> make_cluster_status();
std::unique_ptr<Command> make_cluster_traffic();
std::unique_ptr<Command> make_cluster_up();
std::unique_ptr<Command> make_doctor();
std::unique_ptr<Command> make_grade();
std::unique_ptr<Command> make_lab_ack();
std::unique_ptr<Command> make_lab_answer();
std::unique_ptr<Command> make_lab_certificate();
std::unique_ptr<Command> make_lab_check();
std::unique_ptr<Command> make_lab_compare();
std::unique_ptr<Command> make_lab_coverage();
std::unique_ptr<Command> make_lab_diagnose();
std::unique_ptr<Command> make_lab_doc();
std::unique_ptr<Command> make_lab_files();
std::unique_ptr<Command> make_lab_hint();
std::unique_ptr<Command> make_lab_lint();
std::unique_ptr<Command> make_lab_list();
std::unique_ptr<Command> make_lab_new();
std::unique_ptr<Command> make_lab_preview();
std::unique_ptr<Command> make_lab_record();
std::unique_ptr<Command> make_lab_replay();
std::unique_ptr<Command> make_lab_reset();
std::unique_ptr<Command> make_lab_schema();
std::unique_ptr<Command> make_lab_show();
std::unique_ptr<Command> make_lab_start();
std::unique_ptr<Command> make_lab_test();
std::unique_ptr<Command> make_lab_watch();
std::unique_ptr<Command> make_lint();
std::unique_ptr<Command> make_model_convert();
std::unique_ptr<Command> make_eval();
std::unique_ptr<Command> make_model_info();
std::unique_ptr<Command> make_model_list();
std::unique_ptr<Command> make_model_quantize();
std::unique_ptr<Command> make_play();
std::unique_ptr<Command> make_serve();
std::unique_ptr<Command> make_why();

}  // namespace inferlab::labs
