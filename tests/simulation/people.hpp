// The people of an installation: they cancel, retry, pause and resume, set the window, let go what is held, and settle
// what needs an operator by what they see in Marketing Cloud. All of it goes through the commands, in processes of
// their own.
#pragma once

#include <string>

#include "simulation/installation.hpp"
#include "simulation/ledger.hpp"
#include "simulation/life_plan.hpp"

namespace lethe::simulation {

class People {
 public:
  People(const LifePlan& plan, Installation& installation, const Ledger& ledger)
      : plan_(plan), installation_(installation), ledger_(ledger) {}

  void cancel(const std::string& job);
  void retry(const std::string& job);
  void pause(const std::string& account);
  void resume(const std::string& account);
  void set_window(const std::string& account, int days);
  /// Looks at what waits for a person, and settles it.
  void look_round();

  std::int64_t commands() const { return commands_; }

 private:
  const LifePlan& plan_;
  Installation& installation_;
  const Ledger& ledger_;
  std::int64_t commands_ = 0;

  void carry_out(const Installation::Command& command);
  void settle(const core::Operation& operation);
  void let_go();
};

}  // namespace lethe::simulation
