#include "core/decision.h"
