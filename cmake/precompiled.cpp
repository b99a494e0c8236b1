// Carries the precompiled headers of cmake/rooms.cmake; holds nothing of its own.
