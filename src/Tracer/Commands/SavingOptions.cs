// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using Tracer.Daemon;
using Tracer.Output;
using Tracer.Scenes;

namespace Tracer.Commands;

/// <summary>When the daemon saves the scene by itself, and where to.</summary>
internal sealed class SavingOptions
{
    private const int MostScenes = 10_000;
    private const int LargestSceneMiB = 16_384;

    private static readonly DaemonOptions Usual = new();

    private readonly Option<string[]> _when = new("--capture-when") { HelpName = "CONDITION", Description = "Save the scene when this comes true: 'close_wait > 500', 'growth > 50/min', both also 'per process', 'fd_share > 80%', 'listen_queue > 90%'; for list and why --from", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string> _directory = new("--capture-dir") { HelpName = "DIR", Description = $"Where scenes are saved [default: {DaemonOptions.DefaultCaptureDirectory}]" };
    private readonly Option<string> _keep = new("--capture-keep") { HelpName = "N", Description = $"Scenes of this host that are kept; the oldest is deleted first [default: {Usual.CaptureKeep}]" };
    private readonly Option<string> _maxSize = new("--capture-max-size") { HelpName = "MIB", Description = $"Largest file of a scene; sockets beyond it are left out and counted [default: {Usual.CaptureMaxMiB}]" };

    public SavingOptions(Command command)
    {
        foreach (Option option in (Option[])[_when, _directory, _keep, _maxSize])
            command.Add(option);
    }

    public DaemonOptions Apply(DaemonOptions options, OptionReader reader)
    {
        SceneCondition[] conditions = [.. reader.Values(_when).Select(Parse).Distinct()];
        if (conditions.Length == 0 && ((Option<string>[])[_directory, _keep, _maxSize]).FirstOrDefault(option => reader.Single(option) is not null) is { } idle)
            throw CommandException.Usage($"{idle.Name}: no scene is saved without --capture-when");
        return options with
        {
            CaptureWhen = conditions,
            CaptureDirectory = Path.GetFullPath(reader.Text(_directory) ?? options.CaptureDirectory),
            CaptureKeep = reader.Parse(_keep, value => ValueParser.Number(value, 1, MostScenes), options.CaptureKeep),
            CaptureMaxMiB = reader.Parse(_maxSize, value => ValueParser.Number(value, 1, LargestSceneMiB), options.CaptureMaxMiB),
        };
    }

    private static SceneCondition Parse(OptionValue value) =>
        SceneCondition.Parse(value.Text, out string problem) ?? throw value.Bad(problem);
}
