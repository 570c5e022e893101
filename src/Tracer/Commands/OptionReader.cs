// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using Tracer.Output;

namespace Tracer.Commands;

/// <summary>Values of options from the command line, else from a configuration file.</summary>
internal sealed class OptionReader(ParseResult parsed, ConfigFile? config = null)
{
    /// <summary>Every value of a list option: given several times, separated by commas, or both.</summary>
    public List<OptionValue> Values(Option<string[]> option)
    {
        string[] given = parsed.GetValue(option) ?? [];
        IEnumerable<OptionValue> values = given.Length > 0
            ? given.Select(text => new OptionValue(option.Name, text))
            : config?.Values(option.Name) ?? [];
        return [.. values.SelectMany(Split)];
    }

    public OptionValue? Single(Option<string> option)
    {
        if (parsed.GetValue(option) is { } text)
            return new OptionValue(option.Name, text);
        IReadOnlyList<OptionValue> values = config?.Values(option.Name) ?? [];
        return values.Count switch
        {
            0 => null,
            1 => values[0],
            _ => throw CommandException.Usage($"{values[0].Label}: takes one value, not {values.Count}"),
        };
    }

    public string? Text(Option<string> option)
    {
        if (Single(option) is not { } value)
            return null;
        return value.Text.Length > 0 ? value.Text : throw value.Bad("is empty");
    }

    /// <summary>Here or there.</summary>
    public bool Has(Option option) => IsGiven(option) || config?.Values(option.Name).Count > 0;

    public bool IsGiven(Option option) => parsed.GetResult(option) is { Implicit: false };

    public T Parse<T>(Option<string> option, Func<OptionValue, T> parse, T otherwise) =>
        Single(option) is { } value ? parse(value) : otherwise;

    public bool Flag(Option<bool> option)
    {
        if (IsGiven(option))
            return parsed.GetValue(option);
        IReadOnlyList<OptionValue> values = config?.Values(option.Name) ?? [];
        return values.Count != 0 && values[^1] switch
        {
            { Text: "true" } => true,
            { Text: "false" } => false,
            var other => throw other.Bad("is neither true nor false"),
        };
    }

    private static IEnumerable<OptionValue> Split(OptionValue value)
    {
        foreach (string part in value.Text.Split(','))
        {
            if (part.Trim().Length == 0)
                throw value.Bad("has an empty item");
            yield return value with { Text = part.Trim() };
        }
    }
}
