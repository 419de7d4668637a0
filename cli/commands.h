// The subcommands of scarbon. Each function adds one to the application. When the subcommand has
// run, *exit_code is its exit code: 0 for success, 1 if the subject of the question is wrong or
// absent, 2 for wrong usage. Results go to standard output. Errors go to standard error as
// "scarbon: subject: what is wrong".
#ifndef CLI_COMMANDS_H_
#define CLI_COMMANDS_H_

namespace CLI {
class App;
}

namespace carbon {

void AddDoctor(CLI::App& app, int* exit_code);
void AddEstimate(CLI::App& app, int* exit_code);
void AddExplain(CLI::App& app, int* exit_code);
void AddForecast(CLI::App& app, int* exit_code);
void AddHardware(CLI::App& app, int* exit_code);
void AddLog(CLI::App& app, int* exit_code);
// Adds to `scarbon log`.
void AddLogVerify(CLI::App& log, int* exit_code);
void AddPolicy(CLI::App& app, int* exit_code);
// To `scarbon policy`.
void AddPolicyWhatIf(CLI::App& policy, int* exit_code);
void AddReplay(CLI::App& app, int* exit_code);
void AddReport(CLI::App& app, int* exit_code);
void AddStatement(CLI::App& app, int* exit_code);
void AddStatus(CLI::App& app, int* exit_code);

}  // namespace carbon

#endif  // CLI_COMMANDS_H_
