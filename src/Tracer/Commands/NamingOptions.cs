// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using Tracer.Daemon;

namespace Tracer.Commands;

/// <summary>How the frames of stacks are named, and which of them is shown first.</summary>
internal sealed class NamingOptions
{
    private readonly Option<string> _userFrameRules = new("--user-frame-rules") { HelpName = "FILE", Description = "More rules for which frame of a stack is the line to show, as in '-com.acme.pool. java'" };
    private readonly Option<string> _sourceLines = new("--source-lines") { HelpName = "trusted|all|off", Description = "Whose debug information is read for lines: of files that only root could write, of all, of none [default: trusted]" };

    public NamingOptions(Command command)
    {
        command.Add(_userFrameRules);
        command.Add(_sourceLines);
    }

    public DaemonOptions Apply(DaemonOptions options, OptionReader reader) => options with
    {
        UserFrameRulesPath = reader.Text(_userFrameRules),
        SourceLines = reader.Parse(_sourceLines, ParseSourceLines, options.SourceLines),
    };

    private static string ParseSourceLines(OptionValue value) =>
        value.Text is "trusted" or "all" or "off" ? value.Text : throw value.Bad("is not trusted, all or off");
}
