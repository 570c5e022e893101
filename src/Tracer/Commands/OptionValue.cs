// SPDX-License-Identifier: Apache-2.0
using Tracer.Output;

namespace Tracer.Commands;

/// <summary>One value as the user wrote it, with the flag or the configuration key it came from.</summary>
internal readonly record struct OptionValue(string Label, string Text)
{
    /// <summary>One line that names the flag and the bad value.</summary>
    public CommandException Bad(string why) => CommandException.Usage($"{Label}: '{Text}' {why}");
}
