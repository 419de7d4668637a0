#include "core/intensity.h"
