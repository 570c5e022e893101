// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks;
using Tracer.Stacks.Merging;

namespace Tracer.Daemon;

/// <summary>The daemon's options, in the terms of the symbolizer.</summary>
internal static class NamingSettings
{
    public static SymbolizerOptions Of(DaemonOptions options, UserFrameRules rules) => new()
    {
        FrameRules = rules,
        SourceLines = options.SourceLines switch
        {
            "all" => SourceLines.All,
            "off" => SourceLines.Off,
            _ => SourceLines.TrustedFiles,
        },
    };
}
