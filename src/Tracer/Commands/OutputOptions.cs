// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using Tracer.Output;

namespace Tracer.Commands;

/// <summary>How a command prints.</summary>
internal sealed class OutputOptions
{
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object per line, with protobuf JSON names" };
    private readonly Option<bool> _noHeaders = new("--no-headers") { Description = "No line with column titles" };
    private readonly Option<string> _color = new("--color") { HelpName = "auto|always|never", Description = "Colours; auto: on a terminal, unless NO_COLOR is set or TERM is dumb [default: auto]" };

    public OutputOptions(Command command, bool hasTables = true)
    {
        command.Add(_json);
        if (hasTables)
            command.Add(_noHeaders);
        command.Add(_color);
    }

    private OutputOptions()
    {
    }

    /// <summary>For a command that draws a screen: nothing but colours can be chosen.</summary>
    public static OutputOptions AddColor(Command command)
    {
        var options = new OutputOptions();
        command.Add(options._color);
        return options;
    }

    public bool IsJson(OptionReader reader) => reader.Flag(_json);

    public OutputStyle Read(OptionReader reader, CommandContext context)
    {
        bool hasColor = reader.Parse(_color, value => ParseColor(value, context), WantsColor(context));
        return new OutputStyle(new Palette(hasColor), Headers: !reader.Flag(_noHeaders), CutLongFields: context.OutIsTerminal, context.Zone) { Width = context.OutWidth };
    }

    private static bool ParseColor(OptionValue value, CommandContext context) => value.Text switch
    {
        "auto" => WantsColor(context),
        "always" => true,
        "never" => false,
        _ => throw value.Bad("is not auto, always or never"),
    };

    private static bool WantsColor(CommandContext context) =>
        context.OutIsTerminal && string.IsNullOrEmpty(context.Environment("NO_COLOR")) && context.Environment("TERM") != "dumb";
}
