// The screen of a terminal on stdout, taken for a while and given back as it was.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>

#include "command/demo_view.hpp"

namespace lethe::command {

/// Stdout is a terminal that understands ANSI sequences (TERM is set and not "dumb").
bool on_a_terminal();

/// UTF-8 by LC_ALL, LC_CTYPE, LANG; colours unless NO_COLOR is set.
DemoLook look_of_terminal();

class Terminal {
 public:
  struct Size {
    std::size_t columns = 80;
    std::size_t rows = 24;
  };

  /// Takes the alternate screen and hides the cursor: whatever happens, what stood there before comes back.
  explicit Terminal(std::ostream& out);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// As it is now; 80 x 24 where the terminal doesn't say.
  static Size size();
  /// Lines over the former ones; those that find no row are left out.
  void show(const std::string& frame);
  /// Gives the screen back and takes it again. Each does nothing the second time.
  void leave();
  void enter();

 private:
  std::ostream& out_;
  bool taken_ = false;
};

}  // namespace lethe::command
