// SPDX-License-Identifier: Apache-2.0
using System.Reflection;
using System.Reflection.Emit;

namespace Tracer.Wire.Tests;

internal sealed record ManagedField(string Name, int Offset, int Size);

/// <summary>The layout the runtime really uses; Marshal.OffsetOf would answer for a marshalled copy.</summary>
internal static class ManagedLayout
{
    public static int SizeOf(Type type)
    {
        DynamicMethod method = new("SizeOf", typeof(int), []);
        ILGenerator code = method.GetILGenerator();
        code.Emit(OpCodes.Sizeof, type);
        code.Emit(OpCodes.Ret);
        return method.CreateDelegate<Func<int>>()();
    }

    public static IReadOnlyList<ManagedField> FieldsOf(Type type) =>
        [.. type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(field => new ManagedField(field.Name, OffsetOf(type, field), SizeOf(field.FieldType)))
            .OrderBy(field => field.Offset)];

    private static int OffsetOf(Type type, FieldInfo field)
    {
        DynamicMethod method = new("OffsetOf", typeof(nint), [], typeof(ManagedLayout).Module, skipVisibility: true);
        ILGenerator code = method.GetILGenerator();
        LocalBuilder value = code.DeclareLocal(type);
        code.Emit(OpCodes.Ldloca, value);
        code.Emit(OpCodes.Ldflda, field);
        code.Emit(OpCodes.Conv_U);
        code.Emit(OpCodes.Ldloca, value);
        code.Emit(OpCodes.Conv_U);
        code.Emit(OpCodes.Sub);
        code.Emit(OpCodes.Ret);
        return (int)method.CreateDelegate<Func<nint>>()();
    }
}
