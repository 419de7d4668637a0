// scarbon forecast: what is known of the hours and days to come.
#include "CLI/CLI.hpp"
#include "cli/commands.h"
#include "cli/forecast_evaluate.h"

namespace carbon {

void AddForecast(CLI::App& app, int* exit_code) {
  CLI::App* forecast = app.add_subcommand("forecast", "Forecasts of carbon intensity");
  forecast->require_subcommand(1);
  AddForecastEvaluate(*forecast, exit_code);
}

}  // namespace carbon
