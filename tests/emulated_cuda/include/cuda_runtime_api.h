#pragma once

// Stands in for the CUDA toolkit's header of this name where the CUDA backend is compiled to run on
// the processor.
#include "emulator.h"
