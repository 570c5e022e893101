// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Output;

/// <summary>Columns of the terminal that standard output is.</summary>
internal static class TerminalWidth
{
    /// <summary>80 where it is none, or does not say.</summary>
    public static int Read()
    {
        if (Console.IsOutputRedirected)
            return OutputStyle.PlainWidth;
        try
        {
            return Console.WindowWidth is > 0 and var columns ? columns : OutputStyle.PlainWidth;
        }
        catch (IOException)
        {
            return OutputStyle.PlainWidth;
        }
    }
}
