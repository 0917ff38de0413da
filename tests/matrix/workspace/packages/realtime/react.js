"use client";
export * from "millrace/react";
