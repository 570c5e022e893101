// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using System.Numerics;
using Tracer.Daemon;

namespace Tracer.Commands;

/// <summary>The bounds that the daemon keeps.</summary>
internal sealed class LimitOptions
{
    private const int LargestRingMiB = 1024;
    private const int MostSockets = 16_777_216;
    private const int MostStacks = 1_000_000;
    private const int FewestRows = 65_536;
    private const int MostRows = 67_108_864;

    private readonly Option<string> _ringSize = Limit("--ring-size", "MIB", "Size of the ring buffer, a power of two");
    private readonly Option<string> _maxSockets = Limit("--max-sockets", "N", "Most sockets that are followed at a time");
    private readonly Option<string> _scanPeriod = Limit("--scan-period", "DURATION", "Time between two scans of sockets and descriptors");
    private readonly Option<string> _stackBudget = Limit("--stack-budget", "N/s", "Most user stacks taken per CPU and second; 0: none");

    private readonly Option<string> _unwindRows = Limit("--unwind-rows", "N", "Most unwind rules that are kept in the kernel, 8 bytes each");

    public LimitOptions(Command command)
    {
        foreach (Option option in (Option[])[_ringSize, _maxSockets, _scanPeriod, _stackBudget, _unwindRows])
            command.Add(option);
    }

    public DaemonOptions Apply(DaemonOptions options, OptionReader reader) => options with
    {
        RingSizeMiB = reader.Parse(_ringSize, ParseRingSize, options.RingSizeMiB),
        MaxSockets = reader.Parse(_maxSockets, value => ValueParser.Number(value, 1, MostSockets), options.MaxSockets),
        ScanPeriod = reader.Parse(_scanPeriod, ParsePeriod, options.ScanPeriod),
        StacksPerSecond = reader.Parse(_stackBudget, ParseBudget, options.StacksPerSecond),
        UnwindRows = reader.Parse(_unwindRows, value => ValueParser.Number(value, FewestRows, MostRows), options.UnwindRows),
    };

    private static int ParseRingSize(OptionValue value)
    {
        int size = ValueParser.Number(value, 1, LargestRingMiB);
        return BitOperations.IsPow2(size) ? size : throw value.Bad("is not a power of two");
    }

    private static TimeSpan ParsePeriod(OptionValue value)
    {
        TimeSpan period = ValueParser.Duration(value);
        return period >= TimeSpan.FromMilliseconds(100) && period <= TimeSpan.FromHours(1)
            ? period
            : throw value.Bad("is not between 100ms and 1h");
    }

    private static int ParseBudget(OptionValue value)
    {
        string number = value.Text.EndsWith("/s", StringComparison.Ordinal) ? value.Text[..^2] : value.Text;
        return ValueParser.Number(value with { Text = number }, 0, MostStacks);
    }

    private static Option<string> Limit(string name, string helpName, string description) =>
        new(name) { HelpName = helpName, Description = description };
}
