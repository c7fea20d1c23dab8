// What becomes of a file in accepted/ when the contacts of its job are erased.
//
// Removing a file leaves its old blocks to the file system. They are not overwritten: the owner of the original can
// have linked it into the intake directory, so that overwriting would destroy the original, and on journals, copies on
// write and flash it would reach no old block (docs/decisions/0015-erasure.md).
#pragma once

#include <expected>
#include <string>

#include "core/job.hpp"
#include "core/time.hpp"
#include "store/store.hpp"

namespace lethe::intake {

/// Removes a list; replaces a job file, in one step, by remains_of(), unless it names a data extension. False: it isn't
/// there any more, which is no error. The error is one line. What a stop interrupts may be done again.
std::expected<bool, std::string> erase_accepted(const store::AcceptedFile& file, const core::Job& job, core::Time at);

/// The job as TOML, with a count and a digest in the place of its contacts. No text of the old file is taken over: a
/// comment can name a contact.
std::string remains_of(const core::Job& job, core::Time at);

}  // namespace lethe::intake
