// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;

namespace Tracer.Commands;

/// <summary>How many frames of each stack are printed.</summary>
internal sealed class StackOption
{
    public const int None = 0;
    public const int Few = 3;
    private const int All = int.MaxValue;

    private readonly Option<string> _stacks;

    public StackOption(Command command, string standard)
    {
        _stacks = new Option<string>("--stacks")
        {
            HelpName = "few|full|none",
            Description = $"Frames of the stacks below each socket; without a value: full [default: {standard}]",
            Arity = ArgumentArity.ZeroOrOne,
        };
        command.Add(_stacks);
    }

    /// <summary>Null when the flag is not given.</summary>
    public int? ReadFrameLimit(OptionReader reader)
    {
        if (!reader.IsGiven(_stacks))
            return null;
        return reader.Parse(_stacks, Parse, All);
    }

    private static int Parse(OptionValue value) => value.Text switch
    {
        "none" => None,
        "few" => Few,
        "full" => All,
        _ => throw value.Bad("is not few, full or none"),
    };
}
