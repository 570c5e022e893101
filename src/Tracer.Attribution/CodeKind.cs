// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>What kind of code a frame runs; numbered as in the API.</summary>
public enum CodeKind
{
    Unknown,
    Native,
    Go,
    DotNet,
    Java,
    JavaScript,
    Python,
    Php,

    /// <summary>Made by a runtime for itself.</summary>
    Stub,
}
