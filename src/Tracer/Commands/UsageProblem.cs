// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;

namespace Tracer.Commands;

/// <summary>Says in a few words what the parser did not understand.</summary>
internal static class UsageProblem
{
    public static string Describe(ParseResult parsed)
    {
        bool isRoot = parsed.CommandResult.Command is RootCommand;
        if (parsed.UnmatchedTokens.Count > 0)
        {
            string token = parsed.UnmatchedTokens[0];
            if (token.StartsWith('-'))
                return $"unknown option '{token}'";
            return isRoot ? $"unknown command '{token}'" : $"unexpected argument '{token}'";
        }
        if (isRoot)
            return $"a command is missing: {string.Join(", ", parsed.CommandResult.Command.Subcommands.Select(command => command.Name))}";
        string message = parsed.Errors[0].Message;
        return message.ReplaceLineEndings(" ").TrimEnd('.');
    }
}
