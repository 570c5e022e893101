// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;

namespace Tracer.Commands;

/// <summary>Limits after which a follow command ends by itself.</summary>
internal sealed class BoundOptions
{
    private readonly Option<string> _duration = new("--duration", "-d") { HelpName = "DURATION", Description = "End after this time: 500ms, 5s, 2m, 1h" };
    private readonly Option<string> _count = new("--count", "-c") { HelpName = "N", Description = "End after this many events" };

    public BoundOptions(Command command)
    {
        command.Add(_duration);
        command.Add(_count);
    }

    public TimeSpan? ReadDuration(OptionReader reader) =>
        reader.Single(_duration) is { } value ? ValueParser.PositiveDuration(value) : null;

    public long ReadCount(OptionReader reader) => reader.Parse(_count, value => (long)ValueParser.Count(value), long.MaxValue);
}
